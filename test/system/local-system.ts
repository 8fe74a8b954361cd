import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isPortFree } from '#testing';
import { areClosed, asSender, trust } from './wires.js';
import { MllpConnection } from './mllp-connection.js';

export interface ReadyFile {
  readonly gateway: string;
  readonly readers: { readonly a: string; readonly b: string };
  readonly control: string;
  readonly mllp: Readonly<Record<string, number>>;
  readonly mllps: number;
  readonly kafka: string;
  readonly postgres: { readonly a: number; readonly b: number };
  readonly credentials: string;
  readonly directory: string;
  readonly processes: readonly { readonly name: string; readonly pid: number }[];
}

export interface Credentials {
  readonly senders: readonly {
    readonly name: string;
    readonly finess: string;
    readonly token: string;
    readonly mllpPort: number;
    readonly cert: string;
    readonly key: string;
  }[];
  readonly operators: readonly { readonly name: string; readonly token: string }[];
  readonly readers: readonly {
    readonly name: string;
    readonly token: string;
    readonly establishments: readonly string[];
  }[];
  readonly ca: string;
}

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const portsUsed = 12;

/** The first of twelve free ports, below those that the kernel gives to outgoing connections. */
export const freePortBase = async (): Promise<number> => {
  for (let base = 12_000 + (process.pid % 500) * 20; base < 32_000; base += 20) {
    const free = await Promise.all(Array.from({ length: portsUsed }, (_, i) => isPortFree(base + i)));
    if (free.every(Boolean)) return base;
  }
  throw new Error('no free ports');
};

const json = <T>(file: string): T => JSON.parse(readFileSync(file, 'utf8')) as T;

/** Data that outlive a system are in the folder of the run too, and go with it. */
export const environmentOf = (flags: readonly string[]): NodeJS.ProcessEnv => {
  const base = flags[flags.indexOf('--port-base') + 1] ?? '';
  const isKept = !flags.includes('--ephemeral') && flags.includes('--port-base');
  return { ...process.env, ...(isKept && { REPRISE_DATA_DIR: join(tmpdir(), `reprise-data-${base}`) }) };
};

/** The whole system as `npm start` runs it, on ports and in a folder of its own. */
export class LocalSystem {
  private constructor(
    readonly child: ChildProcess,
    readonly readyFile: string,
    readonly scratch: string,
    private readonly said: string[],
  ) {}

  /** In a temporary folder, on ports of its own. */
  static async start(...flags: readonly string[]): Promise<LocalSystem> {
    return LocalSystem.run(['--ephemeral', '--port-base', String(await freePortBase()), ...flags]);
  }

  static async run(flags: readonly string[]): Promise<LocalSystem> {
    const scratch = mkdtempSync(join(tmpdir(), 'reprise-e2e-'));
    const readyFile = join(scratch, 'ready.json');
    const args = ['dist/apps/local/src/main.js', '--ready-file', readyFile, ...(areClosed ? ['--tls'] : []), ...flags];
    // With a channel, it ends when we are killed.
    const child = spawn(process.execPath, args, {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: environmentOf(flags),
    });
    const said: string[] = [];
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => said.push(chunk.toString()));
    const system = new LocalSystem(child, readyFile, scratch, said);
    await system.until(
      'the system is ready',
      () => {
        if (child.exitCode !== null) throw new Error(`the system ended with ${child.exitCode}:\n${said.join('')}`);
        try {
          return system.ready.processes.length > 0;
        } catch {
          return false;
        }
      },
      120_000,
    );
    trust(system.credentials);
    return system;
  }

  get ready(): ReadyFile {
    return json<ReadyFile>(this.readyFile);
  }

  get credentials(): Credentials {
    return json<Credentials>(this.ready.credentials);
  }

  /** What the terminal has shown. */
  get terminal(): string {
    return this.said.join('');
  }

  sender(index = 0): Credentials['senders'][number] {
    const sender = this.credentials.senders[index];
    if (!sender) throw new Error(`no sender ${index}`);
    return sender;
  }

  /** A reader that may see everything. */
  get readerToken(): string {
    const all = this.credentials.readers.toSorted((a, b) => b.establishments.length - a.establishments.length)[0];
    if (!all) throw new Error('no reader');
    return all.token;
  }

  /** Waits, asking every 50 ms; throws with what was waited for. */
  async until(what: string, holds: () => boolean | Promise<boolean>, withinMs = 30_000): Promise<void> {
    const endsAt = Date.now() + withinMs;
    while (!(await holds())) {
      if (Date.now() > endsAt)
        throw new Error(`waited ${withinMs} ms in vain: ${what}\n${this.terminal.slice(-3000)}\n${this.logs()}`);
      await pause(50);
    }
  }

  /** The last of what each process wrote into its log, for who has to find out why something never came. */
  private logs(): string {
    try {
      const folder = join(this.ready.directory, 'logs');
      return readdirSync(folder)
        .map((name) => `== ${name}\n${readFileSync(join(folder, name), 'utf8').slice(-2000)}`)
        .join('\n');
    } catch (error) {
      return String(error);
    }
  }

  async pidOf(name: string): Promise<number> {
    let pid = 0;
    await this.until(`${name} runs`, () => {
      pid = this.ready.processes.find((one) => one.name === name)?.pid ?? 0;
      return pid > 0;
    });
    return pid;
  }

  async kill(name: string, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    process.kill(await this.pidOf(name), signal);
  }

  mllp(index = 0): Promise<MllpConnection> {
    return MllpConnection.open(this.sender(index).mllpPort, asSender(this.credentials, index));
  }

  /** A FHIR request to the gateway. */
  publish(
    method: string,
    path: string,
    body: unknown,
    options: { readonly sender?: number; readonly headers?: Record<string, string> } = {},
  ): Promise<Response> {
    const sender = this.sender(options.sender ?? 0);
    return fetch(`${this.ready.gateway}/establishments/${sender.finess}${path}`, {
      method,
      headers: { authorization: `Bearer ${sender.token}`, 'content-type': 'application/fhir+json', ...options.headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  }

  /** A FHIR read of an establishment from a replica. */
  read(replica: 'a' | 'b', finess: string, path: string, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`${this.ready.readers[replica]}/establishments/${finess}/fhir/${path}`, {
      headers: { authorization: `Bearer ${this.readerToken}`, ...headers },
    });
  }

  /** Waits until both replicas have applied the establishment's log up to the position. */
  async applied(finess: string, position: number, withinMs = 30_000): Promise<void> {
    for (const replica of ['a', 'b'] as const)
      await this.until(
        `${replica} has applied ${finess} up to ${position}`,
        async () => {
          const answer = await this.read(replica, finess, 'Patient?_count=1').catch(() => undefined);
          const at = /position=(-?\d+)/.exec(answer?.headers.get('reprise-watermark') ?? '')?.[1];
          await answer?.arrayBuffer();
          return at !== undefined && Number(at) >= position;
        },
        withinMs,
      );
  }

  /** `reprise …` in a process of its own. */
  reprise(...args: readonly string[]): Promise<Ran> {
    const env = { ...process.env, REPRISE_DATA_DIR: this.ready.directory };
    const all = ['apps/cli/reprise.mjs', '--api', this.ready.control, ...args];
    return new Promise((resolve) => {
      execFile(process.execPath, all, { env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
        resolve({ code: error ? Number(error.code ?? 1) : 0, stdout, stderr });
      });
    });
  }

  /** The data that a verb prints with `--output json`; throws with what it said where it fails. */
  async ask<T>(...args: readonly string[]): Promise<T> {
    const { code, stdout, stderr } = await this.reprise(...args, '--output', 'json');
    if (code !== 0) throw new Error(`reprise ${args.join(' ')} ended with ${code}: ${stderr}`);
    return JSON.parse(stdout) as T;
  }

  /** Ctrl-C; the exit code. */
  async stop(): Promise<number> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const ended = new Promise((resolve) => this.child.once('exit', resolve));
      this.child.kill('SIGINT');
      await ended;
    }
    const isLeft = this.child.exitCode === 0 && existsSync(this.readyFile);
    rmSync(this.scratch, { recursive: true, force: true });
    if (isLeft) throw new Error('the ready file outlived the system');
    return this.child.exitCode ?? -1;
  }
}
