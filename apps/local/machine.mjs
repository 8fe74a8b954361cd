// @ts-check
// What this machine must have, whatever is installed of the project. Node's own modules only.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** @param {string} line */
export const say = (line) => console.error(line);

/** What ends us with a sentence and a remedy. */
export class Stop extends Error {
  /** @param {string} what @param {string} remedy @param {number} [exitCode] contract, section 6 */
  constructor(what, remedy, exitCode = 1) {
    super(`${what}\n  -> ${remedy}`);
    this.exitCode = exitCode;
  }
}

/** @param {string} what @param {string} remedy @returns {never} */
export const stop = (what, remedy) => {
  throw new Stop(what, remedy);
};

const javaMajor = () => {
  const home = process.env.JAVA_HOME;
  const java = home ? join(home, 'bin', 'java') : 'java';
  const { stderr } = spawnSync(java, ['-version'], { encoding: 'utf8' });
  // 17.0.15, 21, and the former 1.8.0
  const [, major, minor] = /version "(\d+)(?:\.(\d+))?/.exec(stderr ?? '') ?? [];
  const found = Number(major === '1' ? minor : (major ?? 0));
  // Whatever is installed, it is not what is asked: nothing of this machine is to be changed for it.
  if (home && found < 17)
    stop(
      `JAVA_HOME is ${home}, and ${found === 0 ? 'no Java answers there' : `Java ${found} answers there`}`,
      'unset JAVA_HOME, or let it name a Java 17 or newer',
    );
  return found;
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

export const checkNode = () => {
  const [major] = process.versions.node.split('.');
  if (Number(major) < 20)
    stop(`Node ${process.versions.node} is too old`, 'install Node 20 or newer: https://nodejs.org');
};

export const installWithApt = async () => {
  const first = missing();
  if (first.length === 0) return;
  const names = first.map(({ name }) => name).join(' and ');
  say(`${names} missing: installing with apt-get`);
  /** @type {import('node:child_process').SpawnSyncOptions} */
  const quiet = { stdio: 'ignore', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  spawnSync('apt-get', ['update'], quiet);
  // The names are asked for again: before the update a bare image knows of no package.
  const packages = missing().map(({ apt }) => apt);
  spawnSync('apt-get', ['install', '-y', '--no-install-recommends', ...packages], quiet);
  const still = missing();
  if (still.length === 0) return;
  const isHidden = still.every(({ name }) => name.startsWith('Java')) && isInPath('java');
  if (isHidden) stop('the java that is first in PATH is older than 17', 'put a Java 17 or newer before it in PATH');
  stop(`apt-get could not install ${names}`, `run: apt-get install ${packages.join(' ')}`);
};

/** What keeps us from starting is installed by `install`, where we may; else it is named. @param {() => Promise<void>} install */
export const checkMachine = async (install) => {
  checkNode();
  const first = missing();
  if (first.length === 0) return;
  const names = first.map(({ name }) => name).join(' and ');
  const onDebian = existsSync('/etc/debian_version');
  if (onDebian && isInPath('apt-get') && process.getuid?.() === 0) return install();
  const command = onDebian
    ? `sudo apt-get install ${first.map(({ apt }) => apt).join(' ')}`
    : process.platform === 'darwin'
      ? `brew install ${first.map(({ brew }) => brew).join(' ')}`
      : `sudo dnf install ${first.map(({ dnf }) => dnf).join(' ')}`;
  stop(`${names} missing: Kafka is fetched by Maven and runs on Java`, `run: ${command}`);
};
