import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { identityOf, isRunning } from '#testing';

const source = join(import.meta.dirname, '..', 'bootstrap.mjs');
const onDebian = existsSync('/etc/debian_version');
const isRoot = process.getuid?.() === 0;
const nobody = 65_534;

/** A machine that has nothing but the commands put into it: its PATH is one folder. */
class Machine {
  readonly folder = mkdtempSync(join(tmpdir(), 'reprise-machine-'));

  constructor() {
    chmodSync(this.folder, 0o755);
    // Where anybody reaches it, also when this project is in a folder closed to others.
    mkdirSync(join(this.folder, 'apps', 'local'), { recursive: true });
    copyFileSync(source, this.bootstrap);
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

  start(command: string, uid?: number): { readonly code: number | null; readonly said: string } {
    // Node itself may be where that user cannot come: it becomes him once it runs.
    const become = uid === undefined ? [] : ['--import', `data:text/javascript,process.setuid(${uid})`];
    const done = spawnSync(process.execPath, [...become, this.bootstrap, command, '--help'], {
      encoding: 'utf8',
      timeout: 60_000,
      cwd: this.folder,
      env: { PATH: this.folder },
    });
    return { code: done.status, said: done.stdout + done.stderr };
  }
}

describe('the bootstrap', () => {
  let machine = new Machine();
  afterEach(() => {
    rmSync(machine.folder, { recursive: true });
    machine = new Machine();
  });

  it('names the two commands when asked for a third', () => {
    const { code, said } = machine.start('strat');
    expect([code, said]).toEqual([1, 'unknown command "strat"\n  -> npm start, or npm test\n']);
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
