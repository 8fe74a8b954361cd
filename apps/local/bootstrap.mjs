// @ts-check
// What `npm start`, `npm test` and `npm run …` run on a fresh clone: Node's own modules only, any Node from 20 on.
// Reads the flags, checks the machine, installs, builds, then hands over to the project's own Node.
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { faultOf, readFlags, usage, usageOfTest } from './flags.mjs';
import { isRunning, leftIn, ownersMark } from '../../libs/platform/process-identity.mjs';
import { alone, isHeld } from './install-lock.mjs';
import { checkMachine, checkNode, installWithApt, say, Stop, stop } from './machine.mjs';

const { existsSync, mkdirSync, readdirSync, readFileSync, statSync } = fs;
const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const modules = join(root, 'node_modules');
const bin = join(modules, '.bin');
const node = join(bin, 'node');
const environment = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` };

/** Nobody else installs or builds here meanwhile. @type {<T>(work: (start: import('./install-lock.mjs').Start) => Promise<T>) => Promise<T>} */
const withLock = (work) => {
  const command = ['start', 'test'].includes(asked) ? `npm ${asked}` : `npm run ${asked}`;
  return alone({ root, command, env: environment, say }, work);
};

/** @param {number} neededMb @param {string} what */
const checkSpace = (neededMb, what) => {
  const { bavail, bsize } = fs.statfsSync(root);
  const freeMb = Math.floor((bavail * bsize) / 1024 / 1024);
  if (freeMb < neededMb)
    stop(`only ${freeMb} MB are free, ${what} needs ${neededMb} MB`, `free some space on the disk of ${root}`);
};

// ---------------------------------------------------------------- install and build

/** What is installed is what package-lock.json says: npm notes it when all packages are there, and what `postinstall` makes comes last. */
const isInstalled = () => {
  try {
    const packagesOf = (/** @type {string} */ file) => JSON.parse(readFileSync(file, 'utf8')).packages;
    const installed = packagesOf(join(modules, '.package-lock.json'));
    return (
      Object.entries(packagesOf(join(root, 'package-lock.json'))).every(
        ([path, { version, optional }]) =>
          path === '' || (installed[path] ? installed[path].version === version : optional),
      ) &&
      existsSync(node) &&
      existsSync(join(root, 'libs', 'fhir', 'generated', 'definitions.ndjson'))
    );
  } catch {
    return false;
  }
};

/**
 * Runs quietly, says every ten seconds that it does, shows the output only when it fails.
 * @param {string} what @param {import('node:child_process').ChildProcess} child in a group of its own: what npm starts in turn ends with it
 * @returns {Promise<void>}
 */
const heard = (what, child) =>
  new Promise((resolve, reject) => {
    say(what);
    const startedAt = Date.now();
    /** @type {[NodeJS.Signals, number][]} */
    const ends = [
      ['SIGINT', 130],
      ['SIGTERM', 143],
      ['SIGHUP', 129],
    ];
    for (const [signal, code] of ends)
      process.once(signal, () => {
        if (child.pid) process.kill(-child.pid, 'SIGTERM');
        say(`stopped while: ${what}`);
        // The lock stays: whoever comes next waits until all of it has ended.
        process.exit(code);
      });
    let output = '';
    const hear = (/** @type {Buffer} */ chunk) => (output = (output + chunk).slice(-20_000));
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    const still = setInterval(() => say(`  ${Math.round((Date.now() - startedAt) / 1000)} s`), 10_000);
    child.on('error', (error) => hear(Buffer.from(String(error))));
    child.on('close', (code) => {
      clearInterval(still);
      for (const [signal] of ends) process.removeAllListeners(signal);
      if (code === 0) return resolve();
      say(
        output
          .split('\n')
          .filter((line) => !/EBADENGINE/.test(line))
          .slice(-40)
          .join('\n'),
      );
      reject(new Stop(`failed: ${what}`, 'the reason is above'));
    });
  });

/** A folder that others may use too, for example beside another working tree: it is theirs to install. */
const isLent = () => fs.lstatSync(modules, { throwIfNoEntry: false })?.isSymbolicLink() === true;

/** A system that runs from this folder, on the packages that are there now. */
const supervisor = () =>
  readdirSync(root)
    .filter((name) => /^\.reprise(?:-\d+)?$/.test(name))
    .flatMap((name) => {
      try {
        const holder = JSON.parse(readFileSync(join(root, name, 'lock'), 'utf8'));
        return isRunning(holder) ? [`process ${holder.pid}, data in ${name}`] : [];
      } catch {
        return [];
      }
    })[0];

const needsInstall = () => !isLent() && !isInstalled();

/** @param {import('./install-lock.mjs').Start} start */
const install = async (start) => {
  if (!needsInstall()) return;
  const running = existsSync(modules) ? supervisor() : undefined;
  if (running !== undefined)
    stop(
      `other packages are wanted now, and Reprise runs on those that are there (${running})`,
      'stop it first: Ctrl-C',
    );
  checkSpace(2000, 'the installation');
  const flags = ['--include=dev', '--ignore-scripts=false', '--loglevel=error', '--no-audit', '--no-fund'];
  await heard('Installing packages (npm ci)', start('npm', ['ci', ...flags]));
  if (!isInstalled()) stop('npm ci left the installation incomplete', 'delete node_modules and try again');
};

const stamp = join(root, 'dist', '.built');

/** @param {string} folder @returns {number} */
const newestIn = (folder) =>
  Math.max(
    0,
    ...readdirSync(folder, { withFileTypes: true }).map((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return newestIn(path);
      return /(?<!\.spec)\.m?[jt]s$/.test(entry.name) ? statSync(path).mtimeMs : 0;
    }),
  );

const isBuilt = () => {
  const settings = ['package-lock.json', 'tsconfig.json', 'tsconfig.build.json'].map(
    (file) => statSync(join(root, file)).mtimeMs,
  );
  const newest = Math.max(...settings, ...['apps', 'libs'].map((folder) => newestIn(join(root, folder))));
  return existsSync(stamp) && statSync(stamp).mtimeMs > newest;
};

/** @param {import('./install-lock.mjs').Start} start */
const build = async (start) => {
  const startedAt = new Date();
  await heard('Building', start(node, ['node_modules/typescript7/bin/tsc', '-p', 'tsconfig.build.json']));
  mkdirSync(dirname(stamp), { recursive: true });
  fs.writeFileSync(stamp, '');
  // What was edited while the build ran is newer than the stamp.
  fs.utimesSync(stamp, startedAt, startedAt);
};

/** Nothing is waited for where all is there and nobody is changing it. */
const installAndBuild = async () => {
  if (!isHeld(root) && !needsInstall() && isBuilt()) return;
  await withLock(async (start) => {
    await install(start);
    if (!isBuilt()) await build(start);
  });
};

// ---------------------------------------------------------------- the two commands

/** @param {number | null} code @param {string | null} signal */
const exitCode = (code, signal) => code ?? (signal === 'SIGINT' ? 130 : signal === 'SIGTERM' ? 143 : 137);

/** Our parent, and its parent: npm starts us through a shell that passes no signal on. proc(5), stat: the fourth field. */
const ancestry = () => {
  try {
    const stat = readFileSync(`/proc/${process.ppid}/stat`, 'utf8');
    return `${process.ppid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]}`;
  } catch {
    return `${process.ppid}`;
  }
};

/** Runs with our terminal and our signals; when npm or we are killed, the child is stopped. @returns {Promise<number>} */
const handOver = (
  /** @type {string[]} */ args,
  stdio = /** @type {import('node:child_process').StdioOptions} */ ('inherit'),
) =>
  new Promise((resolve) => {
    const child = spawn(node, args, { cwd: root, env: environment, stdio });
    for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
      process.on(signal, () => child.kill(signal));
    const startedBy = ancestry();
    const watch = process.env.npm_lifecycle_event
      ? setInterval(() => {
          if (ancestry() === startedBy) return;
          clearInterval(watch);
          child.kill('SIGTERM');
        }, 500)
      : undefined;
    child.on('exit', (code, signal) => {
      clearInterval(watch);
      resolve(exitCode(code, signal));
    });
  });

const start = async (/** @type {string[]} */ flags) =>
  process.exit(await handOver(['dist/apps/local/src/main.js', ...flags], ['inherit', 'inherit', 'inherit', 'ipc']));

/** One layer after the other: they would only take each other's two cores. */
const test = async () => {
  for (const left of leftIn(tmpdir(), 'reprise-reports-')) fs.rmSync(left, { recursive: true, force: true });
  const reports = fs.mkdtempSync(join(tmpdir(), `reprise-reports-${ownersMark()}-`));
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const project of ['unit', 'integration', 'e2e', 'e2e-closed']) {
    const report = join(reports, `${project}.json`);
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const code = await handOver(['node_modules/vitest/vitest.mjs', 'run', '--project', project, ...reporters]);
    if (code >= 128) {
      fs.rmSync(reports, { recursive: true, force: true });
      process.exit(code);
    }
    const {
      numPassedTests: passed = 0,
      numFailedTests: failed = 0,
      numPendingTests: skipped = 0,
    } = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : {};
    if (passed + failed === 0) say(`no test ran in "${project}": that is a failure`);
    sum.passed += passed;
    sum.skipped += skipped;
    // A file that does not load, an error outside of any test, or nothing examined: failed, though no test says so.
    sum.failed += failed || Number(code !== 0 || passed === 0);
  }
  fs.rmSync(reports, { recursive: true, force: true });
  if (sum.skipped > 0) say(`${sum.skipped} skipped`);
  console.log(`${sum.passed} passed, ${sum.failed} failed`);
  process.exit(sum.failed === 0 ? 0 : 1);
};

// ---------------------------------------------------------------- what is asked

const [asked = '', ...args] = process.argv.slice(2);

/** `npm run …`: what the script needs is there, and stays until it runs. */
const forScript = async () => {
  checkNode();
  if (isHeld(root) || needsInstall()) await withLock(install);
};

const commands = {
  start: async () => {
    const { help } = flagsOf(() => readFlags(args), 'npm start -- --help');
    if (help) return console.log(usage);
    await checkMachine(() => withLock(installWithApt));
    await installAndBuild();
    await start(args);
  },
  test: async () => {
    if (args.some((arg) => ['--help', '-h'].includes(arg))) return console.log(usageOfTest);
    if (args.length > 0) throw new Stop(`npm test takes no flags: ${args.join(' ')}`, 'npm test -- --help', 2);
    await checkMachine(() => withLock(installWithApt));
    await installAndBuild();
    await test();
  },
  build: async () => {
    checkNode();
    await withLock(async (start) => {
      await install(start);
      await build(start);
    });
  },
  install: forScript,
};

/** @template T @param {() => T} read @param {string} remedy */
const flagsOf = (read, remedy) => {
  try {
    return read();
  } catch (error) {
    throw new Stop(faultOf(error), remedy, 2);
  }
};

try {
  if (!Object.hasOwn(commands, asked)) throw new Stop(`unknown command "${asked}"`, 'npm start, or npm test', 2);
  await commands[/** @type {keyof typeof commands} */ (asked)]();
} catch (error) {
  if (!(error instanceof Stop)) throw error;
  say(error.message);
  process.exit(error.exitCode);
}
