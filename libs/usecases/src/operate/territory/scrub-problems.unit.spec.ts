import { describe, expect, it } from 'vitest';
import { Failure, Finess, Instant } from '#domain';
import { Directory } from '../../directory/directory.js';
import type { ReplicaStatus, ScrubReport } from '../../ports/replica-status.js';
import { ScrubProblems, scrubAgeMsMax, scrubAgeMsMin, scrubLine } from './scrub-problems.js';

const establishment = Finess.parse('750712184');
const now = Instant.of(1_790_000_000_000);
const ago = (ms: number): Instant => Instant.of(now - ms);
const read: ScrubReport = {
  position: '',
  lastFullRoundAt: ago(1000),
  beganAt: ago(9000),
  firstDifference: null,
  rowsEstimate: 100,
  bytesEstimate: 100_000,
};

const found = async (scrub: Partial<ScrubReport>) => {
  const replica = { name: 'a', live: async () => [{ establishment, scrub: { ...read, ...scrub } }] };
  return new ScrubProblems([replica as unknown as ReplicaStatus]).look(new Directory(), now);
};

describe('what is read again and again', () => {
  it('is no problem while rounds come in time and find nothing', async () => {
    expect(await found({})).toEqual([]);
    expect(await found({ lastFullRoundAt: ago(scrubAgeMsMin) })).toEqual([]);
    expect(await found({ lastFullRoundAt: null, beganAt: null })).toEqual([]);
  });

  it('is wrong where a row is not what it must be, by its record and column', async () => {
    const firstDifference = { record: 'Patient/p1', what: 'versions.content at 812' };
    expect(await found({ firstDifference })).toEqual([
      {
        code: 'scrub.differs',
        state: 'wrong',
        replica: 'a',
        establishment,
        text: 'replica a does not hold what it must of 750712184: Patient/p1, versions.content at 812',
        command: 'reprise verify replica --establishment 750712184',
      },
    ]);
  });

  it('is a warning where the last full round is old for that much data, the first one too', async () => {
    const old = ago(scrubAgeMsMin + 60_000);
    const warning = [{ code: 'scrub.old', state: 'warning', replica: 'a', establishment }];
    expect(await found({ lastFullRoundAt: old })).toMatchObject(warning);
    expect(await found({ lastFullRoundAt: null, beganAt: old })).toMatchObject(warning);
    // Ten million rows take nearly three hours a round.
    const large = { rowsEstimate: 10_000_000, bytesEstimate: 20e9 };
    expect(await found({ ...large, lastFullRoundAt: old })).toEqual([]);
    expect(scrubAgeMsMax({ ...read, ...large })).toBeGreaterThan(4 * 10_000_000);
  });

  it('says nothing of a replica that is away: that is told elsewhere', async () => {
    const away = { name: 'b', live: () => Promise.reject(new Failure('replica.unreachable', 'away')) };
    expect(await new ScrubProblems([away as unknown as ReplicaStatus]).look(new Directory(), now)).toEqual([]);
  });

  it('is a line of status', () => {
    expect(scrubLine({ ...read, position: 'versions 1200' }, now)).toEqual({
      position: 'versions 1200',
      lastFullRoundAt: Instant.iso(ago(1000)),
      ageSeconds: 1,
      firstDifference: null,
    });
    expect(scrubLine({ ...read, lastFullRoundAt: null }, now)).toMatchObject({
      lastFullRoundAt: null,
      ageSeconds: null,
    });
  });
});
