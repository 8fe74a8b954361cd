import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GatewayQuotas, heldBackIn } from './gateway-quotas.js';

const numbers = [
  '# TYPE reprise_sender_held_back_seconds gauge',
  'reprise_sender_held_back_seconds{sender="lab"} 600',
  String.raw`reprise_sender_held_back_seconds{sender="odd \"name\"\\"} 1`,
  'reprise_capture_over_quota_total{sender="his"} 5',
  '',
].join('\n');
const heldBack = [
  { sender: 'lab', roomInSeconds: 600 },
  { sender: 'odd "name"\\', roomInSeconds: 1 },
];

describe('what a gateway says of quotas', () => {
  let server: Server;
  let url = '';
  beforeAll(async () => {
    server = createServer((request, answer) => {
      if (request.url === '/metrics') answer.end(numbers);
      else if (request.url === '/large/metrics') answer.end('x'.repeat(4_100_000));
      else answer.writeHead(403).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => server.close());

  it('is read from its numbers', async () => {
    expect(heldBackIn(numbers)).toEqual(heldBack);
    expect(heldBackIn('')).toEqual([]);
    expect(await new GatewayQuotas('one', url).heldBack()).toEqual(heldBack);
  });

  it.each(['/elsewhere', '/large'])('is not known where it does not give them: %s', async (path) => {
    await expect(new GatewayQuotas('one', url + path).heldBack()).rejects.toMatchObject({
      message: 'gateway one does not give its numbers',
    });
  });

  it('is not known where nobody listens', async () => {
    await expect(new GatewayQuotas('one', 'http://127.0.0.1:1').heldBack()).rejects.toMatchObject({
      code: 'log.unreachable',
    });
  });
});
