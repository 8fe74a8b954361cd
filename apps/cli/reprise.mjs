#!/usr/bin/env node
// The bin: runs what `npm run build` made, in this very process (a second one would cost another start of Node).
import { existsSync } from 'node:fs';
import module from 'node:module';

const main = new URL('../../dist/apps/cli/src/main.js', import.meta.url);
if (existsSync(main)) {
  // Not in Node 20; there it only starts a little slower.
  module.enableCompileCache?.();
  await import(main.href);
} else {
  const french = /^fr/i.test(process.env.LC_ALL || process.env.LANG || '');
  console.error(
    french
      ? 'reprise n’est pas encore construit\u00a0: lancez «\u00a0npm run build\u00a0» dans le dossier du projet, puis recommencez.'
      : 'reprise is not built yet: run `npm run build` in the project folder, then try again.',
  );
  process.exitCode = 1;
}
