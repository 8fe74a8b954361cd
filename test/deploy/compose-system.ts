import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { connect } from 'node:tls';
import type { Credentials } from '../system/local-system.js';
import { freePortBase } from '../system/local-system.js';
import { MllpConnection } from '../system/mllp-connection.js';
import { exampleEnvironment } from './compose-file.js';
import { docker, type Ran, ran } from './engine.js';

/** `docker compose`, or the older command of its own; nothing where there is neither. */
export const composeCommand = async (): Promise<readonly string[] | undefined> => {
  if ((await docker('compose', 'version')).code === 0) return ['docker', 'compose'];
  return (await ran('docker-compose', ['version'])).code === 0 ? ['docker-compose'] : undefined;
};

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

const portNames = [
  'GATEWAY_PORT',
  'MLLPS_PORT',
  'READER_A_PORT',
  'READER_B_PORT',
  'CONTROL_PORT',
  'READY_PORT',
  'PROMETHEUS_PORT',
  'GRAFANA_PORT',
] as const;
export type PortName = (typeof portNames)[number];

export interface Images {
  /** In the place of Kafka's, Postgres's, HAProxy's and Prometheus's. */
  readonly parts: string;
  /** Tag of our own. */
  readonly version: string;
}

/** `deploy/` as an operator has it, in a folder, under a project name and on ports of its own. */
export class ComposeSystem {
  private constructor(
    private readonly command: readonly string[],
    private readonly folder: string,
    private readonly variables: Readonly<Record<string, string>>,
  ) {}

  static async prepare(command: readonly string[], images: Images): Promise<ComposeSystem> {
    const folder = mkdtempSync(join(tmpdir(), 'reprise-compose-'));
    for (const name of ['compose', 'prometheus', 'grafana'])
      cpSync(join('deploy', name), join(folder, name), {
        recursive: true,
        filter: (path) => !/\/(?:installation|\.env)$/.test(path),
      });
    mkdirSync(join(folder, 'grafana', 'dashboards'), { recursive: true });
    const base = await freePortBase();
    const variables = {
      ...exampleEnvironment(),
      COMPOSE_PROJECT_NAME: `reprise-check-${process.pid}`,
      ...Object.fromEntries(portNames.map((name, index) => [name, String(base + index)])),
      ...Object.fromEntries(
        ['KAFKA', 'POSTGRES', 'HAPROXY', 'PROMETHEUS', 'GRAFANA'].map((part) => [`${part}_IMAGE`, images.parts]),
      ),
      REPRISE_VERSION: images.version,
    };
    const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}\n`);
    writeFileSync(join(folder, 'compose', '.env'), lines.join(''));
    const system = new ComposeSystem(command, folder, variables);
    const made = await ran(process.execPath, ['deploy/compose/make-installation.mjs', '--folder', system.installation]);
    if (made.code !== 0) throw new Error(`make-installation.mjs: ${made.stderr}`);
    return system;
  }

  get installation(): string {
    return join(this.folder, 'compose', 'installation');
  }

  compose(...args: readonly string[]): Promise<Ran> {
    const [program = 'docker', ...first] = this.command;
    return ran(program, [...first, ...args], { cwd: join(this.folder, 'compose') });
  }

  /** As `compose`; throws with what it said where it fails. */
  async composes(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.compose(...args);
    if (code !== 0) throw new Error(`compose ${args.join(' ')}: ${stderr.slice(-3000)}`);
    return stdout;
  }

  port(name: PortName): number {
    return Number(this.variables[name]);
  }

  get credentials(): Credentials {
    return JSON.parse(this.read('callers', 'credentials.json')) as Credentials;
  }

  read(...path: readonly string[]): string {
    return readFileSync(join(this.installation, ...path), 'utf8');
  }

  /** Waits, asking every half second; throws with the state and the last words of every service. */
  async until(what: string, holds: () => Promise<boolean>, withinMs: number): Promise<void> {
    const endsAt = Date.now() + withinMs;
    while (!(await holds().catch(() => false))) {
      if (Date.now() > endsAt) {
        const [state, logs] = [await this.compose('ps'), await this.compose('logs', '--tail', '5')];
        throw new Error(`waited ${withinMs} ms in vain: ${what}\n${state.stdout}\n${logs.stdout}`);
      }
      await pause(500);
    }
  }

  /** One request through the doors, over TLS that is proven by the authority of the installation. */
  ask(
    port: PortName,
    path: string,
    asked: { readonly token?: string; readonly method?: string; readonly body?: unknown } = {},
  ): Promise<Answer> {
    const { token, method = 'GET', body } = asked;
    const headers = {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/fhir+json' }),
    };
    const options = { host: 'localhost', port: this.port(port), path, method, headers, agent: false };
    return new Promise((resolve, reject) => {
      const asking = request({ ...options, ca: this.read('callers', 'ca.crt'), timeout: 10_000 }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            text: Buffer.concat(chunks).toString(),
            headers: answer.headers,
          }),
        );
        answer.on('error', reject);
      });
      asking.on('timeout', () => asking.destroy(new Error('no answer')));
      asking.on('error', reject);
      asking.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  /** As the sender, known by its certificate. */
  mllp(sender: string): Promise<MllpConnection> {
    const identity = { cert: this.read('callers', sender, 'tls.crt'), key: this.read('callers', sender, 'tls.key') };
    return new Promise((resolve, reject) => {
      const socket = connect(
        { host: 'localhost', port: this.port('MLLPS_PORT'), ca: this.read('callers', 'ca.crt'), ...identity },
        () => resolve(MllpConnection.over(socket)),
      );
      socket.once('error', reject);
    });
  }

  /** Containers, networks, data, folder. */
  async remove(): Promise<void> {
    await this.compose('down', '--volumes', '--timeout', '10');
    rmSync(this.folder, { recursive: true, force: true });
  }
}
