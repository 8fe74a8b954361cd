import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  emptyChain,
  encodeEvent,
  Finess,
  FOLD_VERSION,
  FoldMemory,
  Instant,
  type LogEvent,
  Position,
  StateDigest,
  type Timeline,
} from '#domain';
import { anEvent, anyFeed, patientKey, put } from '../../../../testing/src/builders/feed.js';
import { MemoryKeys } from '../../../../testing/src/memory-keys.js';
import { declaredEstablishment } from '../../../../testing/src/builders/restores.js';
import { MemoryEstablishmentLog } from '../../../../testing/src/memory-establishment-log.js';
import { Directory } from '../../directory/directory.js';
import type { Certificate, RestoreTarget } from '../../directory/directory-event.js';
import type { KeyStore } from '../../ports/key-store.js';
import type { GenerationReport, ReplicaStatus } from '../../ports/replica-status.js';
import { foldBatch, readEntries } from '../../replicate/fold-batch.js';
import { CertifyRestores } from '../restores/certify-restores.js';
import { reportRestore } from '../restores/restore-report.js';
import { readCertificate } from './read-certificate.js';
import { VerifyCertificate } from './verify-certificate.js';
import { VerifyLog } from './verify-log.js';

const finess = Finess.parse('750712184');
const now = Instant.of(1_790_000_100_000);

const logOf = async (feed: readonly LogEvent[]): Promise<MemoryEstablishmentLog> => {
  let ms = 1_790_000_000_000;
  const log = new MemoryEstablishmentLog(() => Instant.of((ms += 1000)));
  for (const event of feed) await log.append(finess, encodeEvent(event), {});
  return log;
};

const targetTo = (cut: number, senders: readonly string[] = []): RestoreTarget => {
  const timeline: Timeline = {
    number: 2,
    parent: { number: 1 },
    branch: senders.length > 0 ? Position.none : Position.of(cut),
    cut: Position.of(cut),
    exclusions: { senders, types: [], between: [], clock: 'recorded' },
    plannedAt: Position.of(cut),
    afterCut: 'omit',
    resumeAt: 'not-promoted',
  };
  return { establishment: finess, timeline, buildTo: Position.of(cut), events: cut + 1 };
};

const requested = (target: RestoreTarget): Directory => {
  const directory = new Directory();
  directory.apply({ position: Position.of(0), appendedAt: now, event: declaredEstablishment(finess) });
  const event = { v: 1, at: now, by: 'ana', restoreId: 'r1', kind: 'restore-requested' } as const;
  const entry = { ...event, planId: 'p', planHash: 'h', target: '', targets: [target] };
  expect(directory.apply({ position: Position.of(1), appendedAt: now, event: entry })).toBeUndefined();
  return directory;
};

/** What a replica that folded the target honestly would report. */
const honest = async (log: MemoryEstablishmentLog, target: RestoreTarget): Promise<GenerationReport> => {
  const state = new FoldMemory(Instant.of(0));
  let progress = { logId: '', position: Position.none, chainHash: emptyChain, clock: Instant.of(0) };
  for await (const entries of log.read(finess, Position.of(0), target.buildTo))
    for (const folded of foldBatch(state, { entries, events: readEntries(entries) }, target.timeline, progress))
      progress = { ...folded.progress };
  const digest = new StateDigest();
  for (const [key, head] of [...state.heads].toSorted(([a], [b]) =>
    a.replace('/', '\0') < b.replace('/', '\0') ? -1 : 1,
  ))
    digest.add({ key, ...head });
  const parked = state.parked.map(({ recorded }) => recorded.position);
  return {
    generation: 7,
    establishment: finess,
    timeline: target.timeline,
    restoreId: 'r1',
    state: 'built',
    live: false,
    foldVersion: FOLD_VERSION,
    logId: (await log.range(finess)).logId,
    position: target.buildTo,
    chainHash: Buffer.from(progress.chainHash).toString('hex'),
    clock: progress.clock,
    phase: 'done',
    eventsDone: target.events,
    eventsTotal: target.events,
    eventTimeReached: '',
    stateDigest: digest.finish(parked),
    records: digest.records,
    parked,
    failure: '',
    startedAt: now,
    finishedAt: now,
  };
};

const replica = (name: string, report: Partial<GenerationReport>, of: GenerationReport): ReplicaStatus =>
  ({ name, generations: async () => [{ ...of, ...report }] }) as unknown as ReplicaStatus;

const certified = async (feed: readonly LogEvent[], target: RestoreTarget) => {
  const [log, keys] = [await logOf(feed), new MemoryKeys()];
  const report = await honest(log, target);
  const directory = requested(target);
  const certify = (a: Partial<GenerationReport>, b: Partial<GenerationReport>) =>
    new CertifyRestores([replica('a', a, report), replica('b', b, report)], keys).certify(directory, 'r1', now);
  return { log, keys, report, directory, certify };
};

const feed = [
  anEvent([put(patientKey(1))], { sender: 'his-a' }),
  anEvent([put(patientKey(2))], { sender: 'his-b' }),
  anEvent([{ kind: 'merge-patch', record: patientKey(9), content: Buffer.from('{}') }]),
  anEvent([put(patientKey(1), { gender: 'male' })]),
];

describe('a built restore', () => {
  it('is certified when all replicas report one state, and only then', async () => {
    const { certify } = await certified(feed, targetTo(3));
    expect((await certify({}, {}))?.certificates).toMatchObject([{ cut: '3', records: 2, parked: ['2'], timeline: 2 }]);
    expect(await certify({}, { state: 'building' })).toBeUndefined();
    expect(await certify({}, { stateDigest: '0'.repeat(64) })).toBeUndefined();
    expect(await certify({ chainHash: '0'.repeat(64) }, {})).toBeUndefined();
  });

  it('is shown as failed, loudly, where two replicas made two states of one log', async () => {
    const { directory, report } = await certified(feed, targetTo(3));
    const restore = directory.restores.get('r1');
    if (!restore) throw new Error('not requested');
    const shown = (b: Partial<GenerationReport>) =>
      reportRestore(
        restore,
        new Map([
          ['a', [report]],
          ['b', [{ ...report, ...b }]],
        ]),
        { now, changedAt: now, silent: new Map(), switches: [] },
      );
    expect(shown({})).toMatchObject({ state: 'running', phase: 'done', eventsDone: 4 });
    const differing = shown({ stateDigest: '0'.repeat(64) });
    expect([differing.state, differing.failure]).toEqual(['failed', expect.stringContaining('DIFFER')]);
    const behind = shown({ state: 'building', phase: 'replaying', eventsDone: 1, stateDigest: '' });
    expect(behind).toMatchObject({ state: 'running', phase: 'replaying', eventsDone: 1 });
    const failed = shown({ state: 'failed', failure: 'the disk is full' });
    expect(failed).toMatchObject({ state: 'failed', failure: expect.stringContaining('the disk is full') as string });
    const resumed = { ...restore, resumed: 1 };
    const after = new Map([['a', [{ ...report, state: 'failed' as const, finishedAt: Instant.of(0) }]]]);
    expect(reportRestore(resumed, after, { now, changedAt: now, silent: new Map(), switches: [] }).state).toBe(
      'running',
    );
  });

  it('verifies from the log alone, whatever was excluded', async () => {
    await fc.assert(
      fc.asyncProperty(anyFeed(30), fc.nat(30), fc.constantFrom([], ['his-demo']), async (events, at, senders) => {
        fc.pre(events.length > 0);
        const target = targetTo(Math.min(at, events.length - 1), senders);
        const { log, keys, certify } = await certified(events, target);
        const [certificate] = (await certify({}, {}))?.certificates ?? [];
        if (!certificate) throw new Error('not certified');
        const { verdict, checks } = await new VerifyCertificate(log, keys).verify(certificate);
        expect(checks.filter(({ ok }) => !ok)).toEqual([]);
        expect(verdict).toBe(certificate.records === 0 ? 'nothing-examined' : 'same');
      }),
      { numRuns: 40 },
    );
  });

  it('verifies as well where it was signed in the former form, and is seen as such', async () => {
    const { log, keys, report, directory } = await certified(feed, targetTo(3));
    const former = { keyId: keys.keyId.slice(0, 16), sign: keys.signFormerly.bind(keys) } as unknown as KeyStore;
    const built = await new CertifyRestores([replica('a', {}, report)], former).certify(directory, 'r1', now);
    const [certificate] = built?.certificates ?? [];
    if (!certificate) throw new Error('not certified');
    const { verdict, checks } = await new VerifyCertificate(log, keys).verify(certificate);
    expect([verdict, checks[0]?.what]).toEqual(['same', 'signature, in the former form']);
    // What is signed today does not become one of those by a short name.
    const [current] =
      (await new CertifyRestores([replica('a', {}, report)], keys).certify(directory, 'r1', now))?.certificates ?? [];
    if (!current) throw new Error('not certified');
    const renamed = { ...current, keyId: current.keyId.slice(0, 16) };
    expect((await new VerifyCertificate(log, keys).verify(renamed)).verdict).toBe('differs');
  });

  it('is read whole: nothing is missing, of another kind, or beside what it says', async () => {
    const { certify } = await certified(feed, targetTo(3));
    const [certificate] = (await certify({}, {}))?.certificates ?? [];
    if (!certificate) throw new Error('not certified');
    expect(readCertificate(JSON.parse(JSON.stringify(certificate)))).toEqual(certificate);
    for (const [over, sentence] of [
      [{ approved: true }, 'certificate: a member is not known here'],
      [{ definition: { ...certificate.definition, exclusions: undefined } }, 'definition.exclusions: it is missing'],
      [{ records: '2' }, 'records: a whole number from 0 on is expected'],
      [{ cut: '03' }, 'cut: a position in decimal is expected'],
    ] as const)
      expect(() => readCertificate(JSON.parse(JSON.stringify({ ...certificate, ...over })))).toThrow(sentence);
  });

  it('turns red on a changed fact, a dropped event, another key, zero events', async () => {
    const { log, keys, certify } = await certified(feed, targetTo(3));
    const [certificate] = (await certify({}, {}))?.certificates ?? [];
    if (!certificate) throw new Error('not certified');
    const verdict = async (of: Certificate, where = log, by: KeyStore = keys) =>
      (await new VerifyCertificate(where, by).verify(of)).verdict;
    expect(await verdict(certificate)).toBe('same');
    const changed: Partial<Certificate>[] = [
      { records: 3 },
      { cut: '2' },
      { builtTo: '2' },
      { planHash: 'x' },
      { stateDigest: '0'.repeat(64) },
      { parked: [] },
      { gaps: ['0-1'] },
      { keyId: 'ffffffffffffffff' },
    ];
    for (const fact of changed) expect(await verdict({ ...certificate, ...fact })).toBe('differs');
    expect(await verdict(certificate, await logOf(feed.toSpliced(1, 1)))).toBe('differs');
    expect(await verdict(certificate, await logOf([]))).toBe('differs');
    expect(await verdict(certificate, log, new MemoryKeys())).toBe('differs');
    // Signed anew over a digest of nothing: even then zero events are no pass.
    const empty = targetTo(-1);
    const nothing = await certified(feed, empty);
    const [hollow] = (await nothing.certify({}, {}))?.certificates ?? [];
    if (!hollow) throw new Error('not certified');
    expect(await verdict(hollow, nothing.log, nothing.keys)).toBe('nothing-examined');
  });

  it('checks the log against what the replicas applied', async () => {
    const { log, report } = await certified(feed, targetTo(3));
    const of = (over: Partial<GenerationReport>) => new VerifyLog(log, [replica('a', over, report)]).verify(finess);
    expect(await of({})).toMatchObject({ verdict: 'same', examined: { events: 4 } });
    expect((await of({ chainHash: '0'.repeat(64) })).verdict).toBe('differs');
    expect((await of({ position: Position.of(9) })).verdict).toBe('differs');
    const empty = new VerifyLog(await logOf([]), []);
    expect((await empty.verify(finess)).verdict).toBe('nothing-examined');
    log.trim(finess, Position.of(1));
    await expect(of({})).rejects.toMatchObject({ code: 'log.gap' });
  });
});
