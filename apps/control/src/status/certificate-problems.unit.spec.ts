import { once } from 'node:events';
import { createServer, type Server } from 'node:tls';
import { Instant } from '#domain';
import { Authority } from '#testing';
import { Directory } from '#usecases';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CertificateProblems } from './certificate-problems.js';

const directory = new Directory();
const dayMs = 86_400_000;

describe('certificates that end', () => {
  const servers: Server[] = [];
  const now = Instant.of(Date.now());
  const shownFor = async (ms: number): Promise<string> => {
    const authority = await Authority.make();
    const { certificate: cert, key } = await authority.server('gateway', { until: new Date(now + ms) });
    const server = createServer({ cert, key }).listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    const address = server.address();
    return `https://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  };
  let soon: string;
  let later: string;
  let past: string;
  beforeAll(async () => {
    [soon, later, past] = [await shownFor(29 * dayMs), await shownFor(31 * dayMs), await shownFor(-dayMs)];
  });
  afterAll(() => {
    for (const server of servers) server.close();
  });

  it('of other processes are seen where they are shown', async () => {
    const source = new CertificateProblems(
      [],
      [
        { who: 'gateway a', url: soon },
        { who: 'reader a', url: later },
        { who: 'reader b', url: past },
        { who: 'reader c', url: 'https://127.0.0.1:1' },
      ],
    );
    expect(await source.look(directory, now)).toMatchObject([
      { state: 'warning', text: expect.stringContaining('the certificate of gateway a ends at') },
      { state: 'wrong', text: expect.stringContaining('the certificate of reader b has ended at') },
    ]);
  });

  it('of control are told by their file', async () => {
    const ending = (days: number) => ({ file: 'tls.crt', endsAtMs: now + days * dayMs });
    const source = new CertificateProblems(
      [
        { wire: 'kafka', endings: [ending(29), ending(31)] },
        { wire: 'postgres', endings: [ending(-1)] },
      ],
      [],
    );
    expect((await source.look(directory, now)).map(({ state, text }) => [state, text.split(' at ')[0]])).toEqual([
      ['warning', 'tls.crt of control (kafka) ends'],
      ['wrong', 'tls.crt of control (postgres) has ended'],
    ]);
  });
});
