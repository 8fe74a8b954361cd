import { Failure, Finess } from '#domain';
import { metrics, type SenderCaller } from '#platform';
import { aSender } from '../../../../libs/testing/src/builders/sender.js';
import type { Publisher } from '#usecases';
import { describe, expect, it } from 'vitest';
import { type LineFault, LineFaults } from './line-faults.js';

const finess = Finess.parse('750712184');
let names = 0;

const telling = (kept: (bytes: Uint8Array) => Promise<void> = async () => undefined) => {
  const caller: SenderCaller = { kind: 'sender', name: `his-${names++}`, finess };
  const publisher: Publisher = {
    sender: aSender(finess),
    establishment: { finess, name: 'CH (démo)', sites: [], timeZone: 'Europe/Paris' },
    idOf: () => 'an-id',
  };
  const [lines, clock] = [[] as unknown[][], { ms: 0 }];
  const log = {
    warn: (...line: unknown[]) => void lines.push(line),
    fault: (...line: unknown[]) => void lines.push(line),
  };
  const faults = new LineFaults(
    { of: () => publisher },
    { of: (_publisher, bytes) => kept(bytes) },
    log,
    () => clock.ms,
  );
  return { tell: (fault: LineFault) => faults.tell(caller, fault), lines, clock, caller };
};

describe('bytes that made no message', () => {
  it('are told in the log at once and then once a minute, with all that came meanwhile', async () => {
    const { tell, lines, clock, caller } = telling();
    for (const ms of [0, 10, 59_999, 60_000, 60_001]) {
      clock.ms = ms;
      await tell({ kind: 'outside-frame', sizeBytes: 7 });
    }
    const about = { sender: caller.name, establishment: finess, text: 'outside-frame' };
    expect(lines).toEqual([
      ['bytes.lost', { ...about, bytes: 7 }],
      ['bytes.lost', { ...about, bytes: 21 }],
    ]);
    expect(await metrics.metrics()).toContain(
      `reprise_mllp_lost_bytes_total{sender="${caller.name}",reason="outside-frame"} 35`,
    );
  });

  it('are kept where they are of a frame, each time, whatever the log says', async () => {
    const kept: string[] = [];
    const { tell, lines } = telling(async (bytes) => void kept.push(Buffer.from(bytes).toString()));
    for (const half of ['MSH|a', 'MSH|b']) await tell({ kind: 'cut-off', bytes: Buffer.from(half) });
    expect([kept, lines.length]).toEqual([['MSH|a', 'MSH|b'], 1]);
  });

  it('that cannot be kept are told, and stop nothing', async () => {
    const { tell, lines } = telling(async () => {
      throw new Failure('log.unreachable', 'no broker answers', 'start it');
    });
    await tell({ kind: 'cut-off', bytes: Buffer.from('MSH|') });
    expect(lines.map(([name]) => name)).toEqual(['bytes.lost', 'frame.not-kept']);
    expect(JSON.stringify(lines)).not.toContain('MSH');
  });
});
