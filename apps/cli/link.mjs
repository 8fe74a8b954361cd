// npm links the bins of packages, not those of the project itself: this makes `npx reprise` work in a clone. Run after
// `npm ci`; safe to repeat, and an installation never fails because of it.
import { chmodSync, lstatSync, mkdirSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const bin = join(dirname(fileURLToPath(import.meta.url)), 'reprise.mjs');
const folder = join(dirname(bin), '..', '..', 'node_modules', '.bin');
const link = join(folder, 'reprise');
const target = relative(folder, bin);

const isThere = () => {
  try {
    return lstatSync(link).isSymbolicLink() && readlinkSync(link) === target;
  } catch {
    return false;
  }
};

try {
  mkdirSync(folder, { recursive: true });
  if (process.platform === 'win32') {
    writeFileSync(`${link}.cmd`, `@node "%~dp0\\${target}" %*\r\n`);
  } else if (!isThere()) {
    rmSync(link, { force: true });
    symlinkSync(target, link);
    chmodSync(bin, 0o755);
  }
} catch (error) {
  console.error(`npx reprise is not linked (${error.code ?? error.message}); use: node apps/cli/reprise.mjs`);
}
