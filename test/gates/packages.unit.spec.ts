import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

/** Packages that report home when they are installed. */
const reporters = [/(?:^|\/)@scarf\/scarf$/];

it('installs nothing that reports home', () => {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
    packages: Record<string, { dependencies?: Record<string, string> }>;
  };
  const installed = Object.entries(packages).flatMap(([path, { dependencies = {} }]) => [
    path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
    ...Object.keys(dependencies),
  ]);
  expect(installed.length).toBeGreaterThan(100);
  expect(installed.filter((name) => reporters.some((reporter) => reporter.test(name)))).toEqual([]);
});
