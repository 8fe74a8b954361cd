// What `npm start` and `npm test` run on a fresh clone: Node's own modules only, any Node from 20 on.
// Checks the machine, installs, builds, then hands over to the project's own Node.
import { spawn, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const { existsSync, mkdirSync, readdirSync, readFileSync, statSync } = fs;
const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const modules = join(root, 'node_modules');
const bin = join(modules, '.bin');
const node = join(bin, 'node');
const environment = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` };

/** @param {string} line */
const say = (line) => console.error(line);

/** @param {string} what @param {string} remedy @returns {never} */
const stop = (what, remedy) => {
  say(`${what}\n  -> ${remedy}`);
  process.exit(1);
};

// ---------------------------------------------------------------- the machine

const javaMajor = () => {
  const java = process.env.JAVA_HOME ? join(process.env.JAVA_HOME, 'bin', 'java') : 'java';
  const { stderr } = spawnSync(java, ['-version'], { encoding: 'utf8' });
  // 17.0.15, 21, and the former 1.8.0
  const [, major, minor] = /version "(\d+)(?:\.(\d+))?/.exec(stderr ?? '') ?? [];
  return Number(major === '1' ? minor : (major ?? 0));
};

/** @param {string} command */
const isInPath = (command) =>
  (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, command)));

const missing = () => [
  ...(javaMajor() >= 17
    ? []
    : [{ name: 'Java 17 or newer', brew: 'openjdk@17', apt: aptJava(), dnf: 'java-latest-openjdk-headless' }]),
  ...(isInPath('mvn') ? [] : [{ name: 'Maven', brew: 'maven', apt: 'maven', dnf: 'maven' }]),
];

/** Which Java this Debian or Ubuntu has; its "default" is too old on some. */
const aptJava = () =>
  ['openjdk-17-jre-headless', 'openjdk-21-jre-headless', 'openjdk-25-jre-headless'].find(
    (name) => isInPath('apt-cache') && spawnSync('apt-cache', ['show', name], { stdio: 'ignore' }).status === 0,
  ) ?? 'openjdk-17-jre-headless';

const checkMachine = () => {
  const [major] = process.versions.node.split('.');
  if (Number(major) < 20)
    stop(`Node ${process.versions.node} is too old`, 'install Node 20 or newer: https://nodejs.org');
  const first = missing();
  if (first.length === 0) return;
  const names = first.map(({ name }) => name).join(' and ');
  const onDebian = existsSync('/etc/debian_version');
  if (onDebian && isInPath('apt-get') && process.getuid?.() === 0) {
    say(`${names} missing: installing with apt-get`);
    const quiet = { stdio: 'ignore', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
    spawnSync('apt-get', ['update'], quiet);
    // The names are asked for again: before the update a bare image knows of no package.
    const packages = missing().map(({ apt }) => apt);
    spawnSync('apt-get', ['install', '-y', '--no-install-recommends', ...packages], quiet);
    const still = missing();
    if (still.length > 0) stop(`apt-get could not install ${names}`, `run: apt-get install ${packages.join(' ')}`);
    return;
  }
  const [tool, key] = onDebian
    ? ['sudo apt-get install', 'apt']
    : process.platform === 'darwin'
      ? ['brew install', 'brew']
      : ['sudo dnf install', 'dnf'];
  stop(
    `${names} missing: Kafka is fetched by Maven and runs on Java`,
    `run: ${tool} ${first.map((one) => one[key]).join(' ')}`,
  );
};

/** @param {number} neededMb @param {string} what */
const checkSpace = (neededMb, what) => {
  const { bavail, bsize } = fs.statfsSync(root);
  const freeMb = Math.floor((bavail * bsize) / 1024 / 1024);
  if (freeMb < neededMb)
    stop(`only ${freeMb} MB are free, ${what} needs ${neededMb} MB`, `free some space on the disk of ${root}`);
};

// ---------------------------------------------------------------- install and build

/** What is installed is what the lock says; npm writes its own note last, so an interrupted install has none. */
const isInstalled = () => {
  try {
    const packagesOf = (/** @type {string} */ file) => JSON.parse(readFileSync(file, 'utf8')).packages;
    const installed = packagesOf(join(modules, '.package-lock.json'));
    return (
      Object.entries(packagesOf(join(root, 'package-lock.json'))).every(
        ([path, { version, optional }]) =>
          path === '' || (installed[path] ? installed[path].version === version : optional),
      ) && existsSync(node)
    );
  } catch {
    return false;
  }
};

/** Runs quietly, says every ten seconds that it does, shows the output only when it fails. */
const run = (/** @type {string} */ what, /** @type {string} */ command, /** @type {string[]} */ args) =>
  new Promise((resolve) => {
    say(what);
    const startedAt = Date.now();
    // In a group of its own: what npm starts in turn ends with it, whoever is told to stop, and by whomever.
    const child = spawn(command, args, {
      cwd: root,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
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
        process.exit(code);
      });
    let output = '';
    const hear = (/** @type {Buffer} */ chunk) => (output = (output + chunk).slice(-20_000));
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    const still = setInterval(() => say(`  ${Math.round((Date.now() - startedAt) / 1000)} s`), 10_000);
    child.on('error', (error) => hear(Buffer.from(String(error))));
    child.on('close', (code) => {
      clearInterval(still);
      for (const [signal] of ends) process.removeAllListeners(signal);
      if (code === 0) return resolve(undefined);
      say(
        output
          .split('\n')
          .filter((line) => !/EBADENGINE/.test(line))
          .slice(-40)
          .join('\n'),
      );
      stop(`failed: ${what}`, 'the reason is above');
    });
  });

const install = async () => {
  if (isInstalled()) return;
  checkSpace(2000, 'the installation');
  const flags = ['--include=dev', '--ignore-scripts=false', '--loglevel=error', '--no-audit', '--no-fund'];
  await run('Installing packages (npm ci)', 'npm', ['ci', ...flags]);
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
      return entry.name.endsWith('.ts') && !entry.name.endsWith('.spec.ts') ? statSync(path).mtimeMs : 0;
    }),
  );

const build = async () => {
  const settings = ['package-lock.json', 'tsconfig.json', 'tsconfig.build.json'].map(
    (file) => statSync(join(root, file)).mtimeMs,
  );
  const newest = Math.max(...settings, ...['apps', 'libs'].map((folder) => newestIn(join(root, folder))));
  if (existsSync(stamp) && statSync(stamp).mtimeMs > newest) return;
  const startedAt = new Date();
  await run('Building', 'npm', ['run', '-s', 'build']);
  mkdirSync(dirname(stamp), { recursive: true });
  fs.writeFileSync(stamp, '');
  // What was edited while the build ran is newer than the stamp.
  fs.utimesSync(stamp, startedAt, startedAt);
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
  const reports = fs.mkdtempSync(join(tmpdir(), 'reprise-tests-'));
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const project of ['unit', 'integration', 'e2e']) {
    const report = join(reports, `${project}.json`);
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const code = await handOver(['node_modules/vitest/vitest.mjs', 'run', '--project', project, ...reporters]);
    if (code >= 128) process.exit(code);
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

const [command, ...flags] = process.argv.slice(2);
if (command !== 'start' && command !== 'test') stop(`unknown command "${command ?? ''}"`, 'npm start, or npm test');
checkMachine();
await install();
await build();
await (command === 'start' ? start(flags) : test());
