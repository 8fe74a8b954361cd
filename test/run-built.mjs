// @ts-check
// `npm run bench -- PART …`, `npm run fuzz -- PART …`: builds, then runs it. A part that is none is told at once.
import { spawn } from 'node:child_process';
import { knownParts } from './known-parts.mjs';

const [tool = '', ...args] = process.argv.slice(2);
const parts = tool === 'bench' || tool === 'fuzz' ? knownParts[tool] : [];

/** @param {string} command @param {readonly string[]} given @returns {Promise<number>} */
const run = (command, given) =>
  new Promise((resolve) => {
    const child = spawn(command, given, { stdio: 'inherit' });
    for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.on(signal, () => child.kill(signal));
    child.on('error', (error) => {
      console.error(error.message);
      resolve(1);
    });
    child.on('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 143)));
  });

// A flag may stand before it: then the tool itself says what it makes of it.
if (
  args.every((arg) => arg.startsWith('-')) ||
  (!args[0]?.startsWith('-') && !parts.some((part) => part === args[0]))
) {
  console.error(`npm run ${tool} -- ${parts.join('|')}`);
  process.exit(2);
}
const built = await run('npm', ['run', '-s', 'build']);
process.exit(built === 0 ? await run(process.execPath, [`dist/test/${tool}/main.js`, ...args]) : built);
