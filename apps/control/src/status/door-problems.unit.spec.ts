import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { DoorProblems } from './door-problems.js';

const servers: Server[] = [];
const answering = async (status: number | 'nothing'): Promise<string> => {
  const server = createServer((_request, answer) => {
    if (status !== 'nothing') answer.writeHead(status).end('{}');
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};
const look = (kind: 'gateway' | 'reader', url: string) => new DoorProblems([{ kind, name: 'a', url }]).look();

describe('gateways and readers', () => {
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

  it('are no problem where they are ready', async () => {
    expect(await look('reader', `${await answering(200)}/`)).toEqual([]);
  });

  it('are a warning where they say that they are not', async () => {
    expect(await look('gateway', await answering(503))).toMatchObject([
      { code: 'gateway.unready', state: 'warning', text: 'gateway a is not ready: it answers 503' },
    ]);
  });

  it.each([
    ['gone', undefined, 'gateway', 'nothing that is sent to it is captured'],
    ['frozen', 'nothing', 'reader', 'who reads there is cut off'],
  ] as const)('are wrong where they are %s', async (_what, answers, kind, lost) => {
    const url = answers ? await answering(answers) : 'http://127.0.0.1:9';
    expect(await look(kind, url)).toMatchObject([
      { code: `${kind}.unreachable`, state: 'wrong', text: `${kind} a does not answer: ${lost}` },
    ]);
  });
});
