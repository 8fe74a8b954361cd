import { type ChildProcess, fork, type StdioOptions } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeSigningKey, publicKeyEnding, publicKeyIn } from '#keys';
import { nodeFlags } from '#platform';
import {
  freePorts,
  ownersMark,
  removePostgres,
  type RunningKafka,
  type RunningPostgres,
  startKafka,
  startPostgres,
} from '#testing';
import type { PartMessage } from './parts/run-part.js';

const dist = join(import.meta.dirname, '..', '..');

export interface AppUnderTest {
  readonly pid: number;
  stop(): Promise<void>;
}

interface Forked {
  readonly args?: string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** File descriptor that stdout and stderr go to. */
  readonly output: number;
}

const withoutOurs = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(process.env).filter(([key]) => !key.startsWith('REPRISE_')));

const ended = (child: ChildProcess): Promise<void> =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve()
    : new Promise((resolve) => child.once('exit', () => resolve()));

/** Kafka, Postgres and every process that a bench starts; whatever happens, `stop` ends them all. */
export class BenchSystem {
  private readonly children = new Set<ChildProcess>();
  private profiles = 0;

  private constructor(
    readonly folder: string,
    readonly kafka: RunningKafka,
    readonly postgres: RunningPostgres,
    private readonly profileDir: string | undefined,
  ) {}

  /** Durable as in production: fsync is on. Commit times are kept, so that a lag is read from the database itself. */
  static async start(profileDir: string | undefined): Promise<BenchSystem> {
    // Under this prefix, what a killed run left behind is found and stopped by the next run of the tests.
    const folder = mkdtempSync(join(tmpdir(), `reprise-test-${ownersMark()}-`));
    makeSigningKey(join(folder, 'keys'));
    mkdirSync(join(folder, 'trusted-keys'));
    writeFileSync(join(folder, 'trusted-keys', `bench${publicKeyEnding}`), publicKeyIn(join(folder, 'keys')));
    const [port = 0, controllerPort = 0, postgresPort = 0] = await freePorts(3);
    const say = (line: string): void => console.error(line);
    let kafka: RunningKafka | undefined;
    try {
      kafka = await startKafka({ port, controllerPort, dataDir: join(folder, 'kafka'), say });
      const settings = {
        track_commit_timestamp: 'on',
        ...(profileDir !== undefined && {
          shared_preload_libraries: 'pg_stat_statements',
          'pg_stat_statements.track': 'all',
        }),
      };
      const dataDir = join(folder, 'postgres');
      const postgres = await startPostgres({ port: postgresPort, dataDir, settings, say });
      return new BenchSystem(folder, kafka, postgres, profileDir);
    } catch (error) {
      await kafka?.stop();
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  get trustedKeysDir(): string {
    return join(this.folder, 'trusted-keys');
  }

  /** Starts an app with its settings (`KAFKA_BROKERS`…) and waits until it says that it is ready. */
  async launch(app: string, settings: Readonly<Record<string, string>>): Promise<AppUnderTest> {
    const environment = Object.fromEntries(Object.entries(settings).map(([key, value]) => [`REPRISE_${key}`, value]));
    // To a file, as in the local system: a bench that read every line would share the cores with what it measures.
    const logFile = join(this.folder, `${app}.log`);
    const log = openSync(logFile, 'w');
    const child = this.fork(app, join(dist, 'apps', app, 'src', 'main.js'), { environment, output: log });
    closeSync(log);
    while (!readFileSync(logFile, 'utf8').includes(`"${app}.ready"`)) {
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error(`${app} ended before it was ready: ${readFileSync(logFile, 'utf8').slice(-2000)}`);
      await sleep(20);
    }
    return {
      pid: child.pid ?? 0,
      stop: async () => {
        child.kill('SIGTERM');
        await ended(child);
      },
    };
  }

  /** Runs a part in a process of its own and gives its result; `marked` is called when it says that it begins or ends. */
  async part<R>(name: string, argument: unknown, marked: (mark: string, pid: number) => void = () => {}): Promise<R> {
    const child = this.fork(name, join(dist, 'test', 'bench', 'parts', `${name}.js`), {
      args: [JSON.stringify(argument)],
      output: process.stderr.fd,
    });
    return new Promise<R>((resolve, reject) => {
      child.on('message', (message: PartMessage) => {
        if (message.kind === 'mark') {
          marked(message.mark, child.pid ?? 0);
          child.send('go');
        } else resolve(message.value as R);
      });
      child.once('exit', (code, signal) => reject(new Error(`${name} ended with ${code ?? signal}`)));
    });
  }

  async stop(): Promise<void> {
    for (const child of this.children) child.kill('SIGTERM');
    const late = setTimeout(() => this.children.forEach((child) => child.kill('SIGKILL')), 9_000);
    await Promise.all([...this.children].map(ended));
    clearTimeout(late);
    await Promise.all([this.kafka.stop(), this.postgres.stop()]);
    removePostgres(join(this.folder, 'postgres'));
    rmSync(this.folder, { recursive: true, force: true });
  }

  private fork(name: string, script: string, { args = [], environment = {}, output }: Forked): ChildProcess {
    const env = { ...withoutOurs(), ...environment };
    const stdio: StdioOptions = ['ignore', output, output, 'ipc'];
    const child = fork(script, args, { env, execArgv: [...nodeFlags(name), ...this.profiling(name)], stdio });
    this.children.add(child);
    child.once('exit', () => this.children.delete(child));
    return child;
  }

  private profiling(name: string): string[] {
    if (this.profileDir === undefined) return [];
    mkdirSync(this.profileDir, { recursive: true });
    this.profiles += 1;
    const file = `${String(this.profiles).padStart(2, '0')}-${name}.cpuprofile`;
    return ['--cpu-prof', `--cpu-prof-dir=${this.profileDir}`, `--cpu-prof-name=${file}`];
  }
}
