import { Finess, Instant, Position } from '#domain';
import { searchRule } from '#fhir';
import { Directory, type DirectoryEvent, type GenerationReport, type LiveReport, type Problem } from '#usecases';
import { beforeEach, describe, expect, it } from 'vitest';
import { aRequest, targetTo } from '../../../../libs/testing/src/builders/restores.js';
import { Doctor, type DoctorParts, type DiagnosisItem } from './doctor.js';

const finess = Finess.parse('750712184');
const now = Instant.of(1_000_000);
const said = { v: 1, at: Instant.of(0), by: 'ana' } as const;
const declared: DirectoryEvent = {
  ...said,
  kind: 'establishment-declared',
  establishment: { finess, name: 'CH (démo)', sites: [], timeZone: 'Europe/Paris' },
};
const requested = aRequest('r1', [targetTo(finess, 9)]);
const following = {
  establishment: finess,
  position: Position.of(9),
  levelAt: now,
  searchVersion: searchRule.version,
  reindexed: 0,
} as LiveReport;
const noSpace = 'Postgres: could not extend file: No space left on device; free space on the disk of the replica';
const failed = { restoreId: 'r1', establishment: finess, state: 'failed', failure: noSpace } as GenerationReport;

describe('doctor looks at a replica', () => {
  let live: LiveReport;
  let generations: readonly GenerationReport[];
  let directory: Directory;
  let problems: readonly Problem[];
  let range: () => Promise<unknown>;
  const tell = (event: DirectoryEvent): void => {
    directory.apply({ position: Position.of(0), appendedAt: Instant.of(0), event });
  };
  const found = async (what: string): Promise<DiagnosisItem | undefined> => {
    const replica = {
      name: 'a',
      probe: async () => ({ version: '18.1', now }),
      live: async () => [live],
      generations: async () => generations,
    };
    const parts = {
      decisions: { directory, check: async () => undefined },
      log: { range: () => range() },
      problems: { bySource: async () => [{ name: 'scrub', problems }] },
      topics: { assertSettings: async () => undefined },
      replicas: [replica],
      readers: {},
      folder: '/',
      now: () => now,
    };
    const { items } = await new Doctor(parts as unknown as DoctorParts).diagnose();
    return items.find((item) => item.what === what);
  };
  beforeEach(() => {
    [live, generations, directory, problems] = [following, [], new Directory(), []];
    range = async () => ({ logId: 'l', first: Position.of(0), last: Position.of(9) });
    tell(declared);
    tell(requested);
  });

  it('is content with one that is level and builds', async () => {
    expect(await found('replica a')).toMatchObject({ state: 'ok', hint: '' });
    expect(await found('builds of replica a')).toMatchObject({ state: 'ok', detail: 'none has failed' });
  });

  it('finds the build that a full disk has stopped, and how to go on', async () => {
    generations = [failed];
    expect(await found('builds of replica a')).toMatchObject({
      state: 'wrong',
      detail: `restore r1 of ${finess} has failed: ${noSpace}`,
      hint: 'mend the cause, then `reprise restore resume r1`',
    });
  });

  it('lets failures rest whose restore was given up', async () => {
    generations = [failed];
    tell({ ...said, kind: 'restore-cancelled', restoreId: 'r1' });
    expect(await found('builds of replica a')).toMatchObject({ state: 'ok' });
  });

  it('says how far one is that is still searched by an older rule', async () => {
    expect(await found('search index of replica a')).toMatchObject({
      state: 'ok',
      detail: `search rule ${searchRule.version}`,
    });
    live = { ...following, searchVersion: searchRule.version - 1, reindexed: 400 };
    expect(await found('search index of replica a')).toMatchObject({
      state: 'warning',
      detail: `versions computed anew for search rule ${searchRule.version}: ${finess} (400)`,
      hint: 'it goes on by itself while its replicator runs; until then a name is found as it was written',
    });
  });

  it('answers in time where something never does, and calls that wrong', async () => {
    range = () => new Promise(() => undefined);
    expect(await found(`log ${finess}`)).toMatchObject({ state: 'wrong', detail: 'no answer within 2 s' });
  });

  it('says what the sources of problems say, one item a problem, and which found nothing', async () => {
    expect(await found('scrub')).toMatchObject({ state: 'ok', detail: 'nothing wrong' });
    problems = [{ code: 'scrub.differs', state: 'wrong', text: 'a record differs', command: 'reprise verify replica' }];
    expect(await found('scrub')).toMatchObject({
      state: 'wrong',
      detail: 'a record differs',
      hint: 'see `reprise verify replica`',
    });
  });
});
