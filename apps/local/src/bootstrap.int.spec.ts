import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { identityOf, isRunning } from '#testing';

const project = join(import.meta.dirname, '..', '..', '..');
const sources = [
  ...['bootstrap', 'flags', 'install-lock', 'machine'].map((name) => `apps/local/${name}.mjs`),
  'libs/platform/process-identity.mjs',
];
const onDebian = existsSync('/etc/debian_version');
const isRoot = process.getuid?.() === 0;
const nobody = 65_534;

/** A machine that has nothing but the commands put into it: its PATH is one folder. */
class Machine {
  readonly environment: Record<string, string> = {};
  readonly folder = mkdtempSync(join(tmpdir(), 'reprise-machine-'));

  constructor() {
    chmodSync(this.folder, 0o755);
    // Where anybody reaches it, also when this project is in a folder closed to others.
    for (const source of sources) {
      mkdirSync(dirname(join(this.folder, source)), { recursive: true });
      copyFileSync(join(project, source), join(this.folder, source));
    }
  }

  get bootstrap(): string {
    return join(this.folder, 'apps', 'local', 'bootstrap.mjs');
  }

  put(command: string, script: string): void {
    writeFileSync(join(this.folder, command), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }

  java(version: string): void {
    this.put('java', `echo 'openjdk version "${version}"' >&2`);
  }

  /** All that is needed, and an `npm` that does this. */
  npm(script: string): void {
    this.java('17.0.15');
    this.put('mvn', 'exit 0');
    this.put('npm', script);
  }

  begin(command: string): Begun {
    const child = spawn(process.execPath, [this.bootstrap, command], { env: { PATH: this.folder } });
    const begun: Begun = { child, said: '', ended: once(child, 'exit').then(([code]) => code as number | null) };
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        begun.said += chunk.toString();
      });
    return begun;
  }

  lines(file: string): readonly string[] {
    const path = join(this.folder, file);
    return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : [];
  }

  run(...args: readonly string[]): { readonly code: number | null; readonly said: string } {
    return this.start(args, undefined);
  }

  start(args: string | readonly string[], uid?: number): { readonly code: number | null; readonly said: string } {
    // Node itself may be where that user cannot come: it becomes him once it runs.
    const become = uid === undefined ? [] : ['--import', `data:text/javascript,process.setuid(${uid})`];
    const done = spawnSync(process.execPath, [...become, this.bootstrap, ...[args].flat()], {
      encoding: 'utf8',
      timeout: 60_000,
      cwd: this.folder,
      env: { PATH: this.folder, ...this.environment },
    });
    return { code: done.status, said: done.stdout + done.stderr };
  }
}

interface Begun {
  readonly child: ChildProcess;
  said: string;
  readonly ended: Promise<number | null>;
}

const patience = { timeout: 30_000, interval: 50 };

describe('the bootstrap', () => {
  let machine: Machine;
  beforeEach(() => {
    machine = new Machine();
  });
  afterEach(() => rmSync(machine.folder, { recursive: true }));

  it('names the two commands when asked for a third', () => {
    const { code, said } = machine.start('strat');
    expect([code, said]).toEqual([2, 'unknown command "strat"\n  -> npm start, or npm test\n']);
  });

  it.each([
    [['start', '--help'], 0, /^npm start -- \[flags\]\n[\s\S]*--port-base N/],
    [['start', '-h', '--quiet-feed'], 0, /--ready-file F/],
    [['start', '--port-bse', '1'], 2, /^Unknown option '--port-bse'\n {2}-> npm start -- --help\n$/],
    [['start', '--port-base', '80'], 2, /^--port-base 80: not a whole number from 1024 to 65524\n/],
    [['start', 'extra'], 2, /extra/],
    [['test', '--help'], 0, /^npm test\n[\s\S]*test:unit/],
    [['test', 'libs/domain'], 2, /^npm test takes no flags: libs\/domain\n/],
  ])('answers %j at once: nothing is looked for, installed or written', (args, exitCode, sentence) => {
    const before = readdirSync(machine.folder, { recursive: true });
    const { code, said } = machine.run(...args);
    expect(said).toMatch(sentence);
    expect([code, readdirSync(machine.folder, { recursive: true })]).toEqual([exitCode, before]);
  });

  it.each([
    ['/nosuch', 'no Java answers there'],
    ['old', 'Java 11 answers there'],
  ])('changes nothing of a machine whose JAVA_HOME is wrong (%s): it says so', (home, answers) => {
    machine.npm('exit 0');
    machine.put('apt-get', 'touch "$(dirname "$0")/apt-was-asked"');
    mkdirSync(join(machine.folder, 'old', 'bin'), { recursive: true });
    machine.put('old/bin/java', `echo 'openjdk version "11.0.2"' >&2`);
    machine.environment['JAVA_HOME'] = home === 'old' ? join(machine.folder, home) : home;
    const { code, said } = machine.start('start');
    expect([code, said]).toEqual([
      1,
      `JAVA_HOME is ${machine.environment['JAVA_HOME']}, and ${answers}\n  -> unset JAVA_HOME, or let it name a Java 17 or newer\n`,
    ]);
    expect(existsSync(join(machine.folder, 'apt-was-asked'))).toBe(false);
  });

  it('installs for one at a time: the second waits and says for whom', async () => {
    machine.npm(`echo begun >> ${machine.folder}/steps
while [ ! -e ${machine.folder}/go ]; do /bin/sleep 0.05; done
echo ended >> ${machine.folder}/steps`);
    const first = machine.begin('start');
    await expect.poll(() => machine.lines('steps'), patience).toEqual(['begun']);
    const others = ['test', 'build', 'install'].map((command) => machine.begin(command));
    for (const { said } of others.map((other) => ({ said: () => other.said })))
      await expect
        .poll(said, patience)
        .toContain(`waiting for process ${first.child.pid} (npm start), which installs or builds here`);
    expect(machine.lines('steps')).toEqual(['begun']);
    machine.put('go', '');
    // This npm installs nothing, so that each of them tries in turn.
    expect(await Promise.all([first, ...others].map(({ ended }) => ended))).toEqual([1, 1, 1, 1]);
    expect(machine.lines('steps')).toEqual(Array.from({ length: 4 }, () => ['begun', 'ended']).flat());
    expect(existsSync(join(machine.folder, '.reprise-installing'))).toBe(false);
  });

  it('takes over from one that was killed, when what it had started is ended', async () => {
    machine.npm(`/bin/sleep 600 & echo $! >> ${machine.folder}/sleepers; wait`);
    const sleepers = () => machine.lines('sleepers').map((pid) => identityOf(Number(pid)));
    const first = machine.begin('start');
    await expect.poll(() => sleepers()[0], patience).toBeDefined();
    const [sleeper] = sleepers();
    first.child.kill('SIGKILL');
    expect(await first.ended).toBe(null);
    expect(sleeper && isRunning(sleeper)).toBe(true);
    const second = machine.begin('test');
    await expect.poll(() => sleepers()[1], patience).toBeDefined();
    expect(second.said).toContain(`process ${first.child.pid} (npm start) ended while it installed or built here`);
    expect(sleeper && isRunning(sleeper)).toBe(false);
    second.child.kill('SIGTERM');
    expect(await second.ended).toBe(143);
    // What an interrupted one had started is waited for as well.
    const third = machine.begin('start');
    await expect.poll(() => sleepers()[2], patience).toBeDefined();
    third.child.kill('SIGINT');
    expect(await third.ended).toBe(130);
  });

  it('leaves the packages alone that a running system is made of', () => {
    machine.npm(`echo ran > ${machine.folder}/steps`);
    mkdirSync(join(machine.folder, 'node_modules'));
    mkdirSync(join(machine.folder, '.reprise-31000'));
    writeFileSync(join(machine.folder, '.reprise-31000', 'lock'), JSON.stringify(identityOf(process.pid)));
    const { code, said } = machine.run('start');
    expect(said).toContain(`(process ${process.pid}, data in .reprise-31000)`);
    expect([code, machine.lines('steps')]).toEqual([1, []]);
  });

  it('leaves nothing running when it is interrupted while it installs', async () => {
    machine.java('17.0.15');
    machine.put('mvn', 'exit 0');
    const grandchild = join(machine.folder, 'grandchild');
    machine.put('npm', `/bin/sleep 600 & echo $! > ${grandchild}; wait`);
    const started = spawn(process.execPath, [machine.bootstrap, 'start'], {
      env: { PATH: machine.folder },
      stdio: 'ignore',
    });
    await expect.poll(() => existsSync(grandchild) && readFileSync(grandchild, 'utf8').trim()).toMatch(/^\d+$/);
    const sleeper = identityOf(Number(readFileSync(grandchild, 'utf8')));
    expect(sleeper).toBeDefined();
    started.kill('SIGINT');
    const [code] = (await once(started, 'exit')) as [number | null];
    expect(code).toBe(130);
    await expect.poll(() => sleeper && isRunning(sleeper)).toBe(false);
  });

  it.runIf(onDebian && isRoot)('installs as root what is missing, after saying so', () => {
    machine.java('11.0.2');
    machine.put('apt-cache', '[ "$2" = openjdk-21-jre-headless ]');
    const [folder, asked] = [machine.folder, join(machine.folder, 'asked')];
    machine.put(
      'apt-get',
      `echo "$@" >> ${asked}
[ "$1" = install ] || exit 0
printf '#!/bin/sh\\necho \\'"openjdk version \\\\"21.0.1\\\\""\\' >&2\\n' > ${folder}/java
/bin/cp ${folder}/java ${folder}/mvn`,
    );
    const { said } = machine.start('start');
    expect(said).toMatch(/^Java 17 or newer and Maven missing: installing with apt-get\n/);
    expect(readFileSync(asked, 'utf8')).toBe(
      'update\ninstall -y --no-install-recommends openjdk-21-jre-headless maven\n',
    );
  });

  it.runIf(onDebian && isRoot)('says what to run where that did not help', () => {
    machine.java('17.0.15');
    machine.put('apt-get', 'exit 100');
    const { code, said } = machine.start('start');
    expect([code, said]).toEqual([
      1,
      'Maven missing: installing with apt-get\napt-get could not install Maven\n  -> run: apt-get install maven\n',
    ]);
  });

  it.runIf(onDebian && isRoot)('installs nothing as somebody else: it names the command', () => {
    machine.java('17.0.15');
    machine.put('apt-get', `echo "$@" > ${join(machine.folder, 'asked')}`);
    const { code, said } = machine.start('start', nobody);
    expect(said).toBe(
      'Maven missing: Kafka is fetched by Maven and runs on Java\n  -> run: sudo apt-get install maven\n',
    );
    expect([code, existsSync(join(machine.folder, 'asked'))]).toEqual([1, false]);
  });
});
