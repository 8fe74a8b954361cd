import { execFileSync } from 'node:child_process';
import { createSecretKey } from 'node:crypto';
import { Instant, type Sender } from '#domain';
import { FrameReader } from '#hl7v2';
import { readHl7, recordIds } from '#usecases';
import { describe, expect, it } from 'vitest';
import { demoTerritory } from './demo-territory.js';
import { planPorts } from './port-plan.js';
import { readyFile } from './ready-file.js';
import { welcome } from './welcome.js';

const finess = demoTerritory.senders[0]?.finess ?? '';
const senders = [{ name: 'his-1', finess, token: 'tok-4711', mllpPort: 31_000, cert: 'c', key: 'k' }];
const credentials = { senders, operators: [], readers: [], ca: 'ca' };
const ready = readyFile({
  ports: planPorts(31_000, {}),
  closed: false,
  senders,
  credentials: '/data/credentials.json',
  directory: '/data',
  processes: [],
});
const said = (quietFeed: boolean): string =>
  welcome(ready, credentials, demoTerritory, { seconds: '5.0', isDefault: false, quietFeed });

describe('what npm start says when it is ready', () => {
  it('is a first message to send, and why, where nothing is fed', () => {
    expect(said(true)).toMatch(/Nothing is fed \(--quiet-feed\): the commands below show nothing/);
    expect(said(true)).toContain(`'http://127.0.0.1:31004/establishments/${finess}/fhir/Patient/premier'`);
    expect(said(true)).toMatch(/curl -s -X PUT .*senders\[0\]\.token.*"resourceType":"Patient"/);
  });

  it('is a first message over MLLP as well: a frame that is read', () => {
    const [, made = '', port] =
      /^ {2}(printf '[^']+') \| curl .*telnet:\/\/127\.0\.0\.1:(\d+) /m.exec(said(true)) ?? [];
    expect(port).toBe('31000');
    const bytes = execFileSync('sh', ['-c', made]);
    const [content] = new FrameReader(10_000).push(bytes);
    if (content?.kind !== 'frame') throw new Error('no frame');
    expect(content.bytes.toString()).toMatch(/^MSH\|\^~\\&\|/);
    const sender = { ...demoTerritory.senders[0], incarnation: 1 } as Sender;
    const [establishment] = demoTerritory.establishments;
    if (!establishment) throw new Error('no establishment');
    const idOf = recordIds(createSecretKey(Buffer.alloc(32, 7)));
    const read = readHl7(
      { sender, establishment, idOf },
      { received: content.bytes, receivedAt: Instant.of(1_790_000_000_000) },
    );
    expect(read).toMatchObject({ accepted: true });
  });

  it('is nothing of that while the simulator publishes', () => {
    expect(said(false)).not.toMatch(/Nothing is fed|PUT|printf/);
  });

  it('is never a token', () => {
    expect(said(true) + said(false)).not.toContain('tok-4711');
  });
});
