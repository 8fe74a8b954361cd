import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from '../src/run-cli.js';
import type { Terminal } from '../src/session/terminal.js';

export interface Asked {
  /** `GET /api/status` */
  readonly line: string;
  readonly authorization: string;
  readonly body: string;
}

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json: unknown;
}

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return body;
};

/** Control as the terminal sees it: what it was asked, and the answers that a test gives, in order, the last one again and again. */
export class PlayedControl {
  readonly asked: Asked[] = [];
  answers: readonly Answer[] = [{ json: { items: [] } }];
  private readonly folder = mkdtempSync(join(tmpdir(), 'cli-'));
  private readonly server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const { method = '', url = '', headers } = request;
      this.asked.push({ line: `${method} ${url}`, authorization: headers.authorization ?? '', body });
      const answer = this.answers[Math.min(this.asked.length, this.answers.length) - 1];
      response.writeHead(answer?.status ?? 200, { 'content-type': 'application/json', ...answer?.headers });
      response.end(JSON.stringify(answer?.json));
    });
  });

  static async start(): Promise<PlayedControl> {
    const control = new PlayedControl();
    await new Promise<void>((resolve) => control.server.listen(0, '127.0.0.1', resolve));
    control.file(
      'credentials.json',
      JSON.stringify({
        operators: [
          { name: 'camille', token: 'token-of-camille' },
          { name: 'dominique', token: 'token-of-dominique' },
        ],
        senders: [{ name: 'labo', finess: '990000010', token: 'token-of-labo' }],
      }),
    );
    return control;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** A file in a folder of its own; its path. */
  file(name: string, text: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, text);
    return path;
  }

  /** One call of the terminal, in this process. */
  async reprise(argv: readonly string[], world: Partial<Terminal> = {}): Promise<Ran> {
    const said = { stdout: '', stderr: '' };
    this.asked.length = 0;
    const code = await runCli(argv, {
      stdout: { write: (text) => (said.stdout += text) },
      stderr: { write: (text) => (said.stderr += text) },
      env: { REPRISE_API: this.url, REPRISE_DATA_DIR: this.folder },
      cwd: this.folder,
      answers: false,
      ask: async () => '',
      interrupted: new AbortController().signal,
      pause: async () => undefined,
      nowMs: () => Date.now(),
      ...world,
    });
    return { code, ...said };
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    rmSync(this.folder, { recursive: true, force: true });
  }
}
