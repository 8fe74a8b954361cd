import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evolve, type Finess, FoldMemory, Instant, originalTimeline, Position, RecordKey } from '#domain';
import { type HistoryMark, readEntries, type StoredVersion, type When } from '#usecases';
import { anEvent, anyFeed, patientKey, put } from '../../../testing/src/builders/feed.js';
import { aLog, anEstablishment, AReplica, follow, wordsOf } from '../../test/a-replica.js';
import { PostgresReplicaReader } from './postgres-replica-reader.js';
import { ScopedConnections } from './scoped-connections.js';

let replica: AReplica;
let connections: ScopedConnections;
let reader: PostgresReplicaReader;
beforeAll(async () => {
  replica = await AReplica.open();
  connections = new ScopedConnections({
    address: replica.database.urls.reader,
    scopeKey: replica.database.scopeKey,
    connectionsMax: 4,
  });
  reader = new PostgresReplicaReader(connections);
});
afterAll(async () => {
  await connections.close();
  await replica.close();
});

type Word = readonly [key: string, version: string, deleted: boolean, content: string];
const word = ({ key, timeline, position, deleted, content }: StoredVersion): Word => [
  key,
  `${timeline}-${position}`,
  deleted,
  Buffer.from(content).toString('utf8'),
];

/** Every version that the fold makes, oldest first, and when each event was recorded. */
const foldedVersions = async (log: ReturnType<typeof aLog>, establishment: Finess) => {
  const memory = new FoldMemory(Instant.of(0));
  const versions: StoredVersion[] = [];
  const recordedAt: Instant[] = [];
  const { last } = await log.range(establishment);
  for await (const entries of log.read(establishment, Position.of(0), last))
    for (const event of readEntries(entries)) {
      const effects = evolve(memory, event, originalTimeline);
      memory.absorb(effects);
      recordedAt.push(effects.recordedAt);
      versions.push(...effects.versions);
    }
  return { versions, recordedAt };
};

/** The newest version of each record up to a cut: by the log alone. */
const stateAt = (versions: readonly StoredVersion[], cut: number): ReadonlyMap<string, StoredVersion> =>
  new Map(versions.filter(({ position }) => position <= cut).map((version) => [version.key, version]));

const byId = (one: Word, other: Word): number => (one[0] < other[0] ? -1 : 1);

const listAll = async (place: { establishment: Finess; when: When }, type: string, limit: number): Promise<Word[]> => {
  const found: Word[] = [];
  for (let after: string | undefined; ; ) {
    const page = await reader.search(
      { scope: [place.establishment], ...place },
      { type, all: [] },
      {
        limit,
        ...(after !== undefined && { after }),
      },
    );
    found.push(...(page?.found ?? []).map(word));
    const last = page?.found.at(-1);
    if (!last) return found;
    after = RecordKey.id(last.key);
  }
};

const walkHistory = async (
  place: { establishment: Finess; when: When },
  of: { type?: string; record?: RecordKey },
  limit: number,
): Promise<Word[]> => {
  const found: Word[] = [];
  for (let after: HistoryMark | undefined, first = true; first || after; first = false) {
    const page = await reader.history({ scope: [place.establishment], ...place }, of, {
      limit,
      ...(after && { after }),
    });
    found.push(...(page?.found.versions ?? []).map(word));
    after = page?.found.next;
  }
  return found;
};

const newestFirst = (versions: readonly StoredVersion[]): Word[] =>
  [...versions].sort((a, b) => b.position - a.position || (a.key < b.key ? 1 : -1)).map(word);

describe('a reader of a replica', () => {
  it('answers as of every instant what the fold had made by then, record by record, listed and in history', async () => {
    const law = fc.asyncProperty(anyFeed(40), fc.integer({ min: 1, max: 5 }), async (feed, limit) => {
      fc.pre(feed.length > 0);
      const establishment = anEstablishment();
      const log = aLog();
      await follow(replica.store, log, establishment, feed);
      const { versions, recordedAt } = await foldedVersions(log, establishment);
      const keys = [...new Set(versions.map(({ key }) => key)), RecordKey.parse('Patient/none')];
      const instants: When[] = [...recordedAt, Instant.of((recordedAt[0] ?? 0) - 1), 'now'];
      for (const [index, when] of instants.entries()) {
        const cut = when === 'now' ? feed.length - 1 : index < feed.length ? index : -1;
        const place = { scope: [establishment], establishment, when };
        const state = stateAt(versions, cut);
        for (const key of keys) {
          const answer = await reader.read(place, key);
          const expected = state.get(key);
          expect(answer?.level).toMatchObject({ establishment, position: cut, timeline: 1, restored: false });
          expect(answer?.found && word(answer.found)).toEqual(expected && word(expected));
        }
        for (const type of ['Patient', 'Observation', 'Encounter']) {
          const alive = [...state.values()].filter(({ key, deleted }) => !deleted && RecordKey.type(key) === type);
          expect(await listAll(place, type, limit)).toEqual(alive.map(word).sort(byId));
          const counted = await reader.count(place, { type, all: [] });
          expect(counted?.found).toBe(alive.length);
          const words = [...new Set(alive.flatMap(({ key, content }) => wordsOf(key, content)))];
          const from = words[index % words.length] ?? 'no-such-word';
          const meeting = alive.filter(({ key, content }) => wordsOf(key, content).includes(from));
          const all = [{ anyOf: [{ from, prefix: false }] }];
          const found = await reader.search(place, { type, all }, { limit: 100 });
          expect(found?.found.map(word)).toEqual(meeting.map(word).sort(byId));
        }
        if (index % 7 !== 0 && when !== 'now') continue;
        const upTo = versions.filter(({ position }) => position <= cut);
        expect(await walkHistory(place, {}, limit)).toEqual(newestFirst(upTo));
        expect(await walkHistory(place, { type: 'Patient' }, limit)).toEqual(
          newestFirst(upTo.filter(({ key }) => RecordKey.type(key) === 'Patient')),
        );
        const [key = patientKey(0)] = keys;
        expect(await walkHistory(place, { record: key }, limit)).toEqual(
          newestFirst(upTo.filter((one) => one.key === key)),
        );
      }
      for (const { key, timeline, position } of versions) {
        const answer = await reader.version({ scope: [establishment], establishment, when: 'now' }, key, {
          timeline,
          position,
        });
        expect(answer?.found && word(answer.found)[1]).toBe(`${timeline}-${position}`);
      }
    });
    await fc.assert(law, { numRuns: 12 });
  });

  it('answers each of many who ask at one time for what they asked, however large it is', async () => {
    const establishment = anEstablishment();
    const sizes = [10, 65_000, 70_000, 200_000, 0];
    const events = sizes.map((size, n) =>
      anEvent([put(RecordKey.of('Basic', `b${n}`), { text: String(n).repeat(size) })]),
    );
    const removal = anEvent([{ kind: 'remove', record: RecordKey.of('Basic', 'b4') }]);
    await follow(replica.store, aLog(), establishment, [...events, removal]);
    const place = { scope: [establishment], establishment, when: 'now' } as const;
    const outside = { ...place, establishment: anEstablishment() };
    const asked = Array.from({ length: 60 }, (_, n) => n % 7);
    const answers = await Promise.all(
      asked.map((n) => reader.read(n === 6 ? outside : place, RecordKey.of('Basic', `b${n}`))),
    );
    for (const [index, n] of asked.entries()) {
      const found = answers[index]?.found;
      if (n === 6) expect(answers[index]).toBeUndefined();
      else expect(answers[index]?.level).toMatchObject({ establishment, position: 5 });
      if (n === 5) expect(found).toBeUndefined();
      if (n === 4) expect(found).toMatchObject({ key: 'Basic/b4', deleted: true });
      if (n < 4)
        expect(String(JSON.parse(Buffer.from(found?.content ?? '').toString()).text)).toBe(
          String(n).repeat(sizes[n] ?? 0),
        );
    }
  });

  it('finds by tokens exactly the records that have them, whichever condition leads', async () => {
    const establishment = anEstablishment();
    const log = aLog();
    const words = ['alpha', 'alphabet', 'beta', 'bet', 'gamma'];
    const content = (n: number): string => words.filter((_, bit) => n & (1 << bit)).join(' ');
    await follow(
      replica.store,
      log,
      establishment,
      Array.from({ length: 32 }, (_, n) => anEvent([put(RecordKey.of('Basic', `b${n}`), { text: content(n) })])),
      [32],
    );
    const { versions } = await foldedVersions(log, establishment);
    const match = fc.record({ from: fc.constantFrom(...words, 'al', 'be', 'g', 'z'), prefix: fc.boolean() });
    const conditions = fc.array(fc.record({ anyOf: fc.array(match, { maxLength: 3 }) }), { maxLength: 3 });
    const law = fc.asyncProperty(
      conditions,
      fc.constantFrom<When>('now', Instant.of(9_000_000_000_000)),
      async (all, when) => {
        const expected = versions
          .filter(({ key, content: bytes }) => {
            const tokens = wordsOf(key, bytes);
            return all.every(({ anyOf }) =>
              anyOf.some(({ from, prefix }) =>
                tokens.some((token) => (prefix ? token.startsWith(from) : token === from)),
              ),
            );
          })
          .map(({ key }) => key as string)
          .sort();
        const place = { scope: [establishment], establishment, when };
        const answer = await reader.search(place, { type: 'Basic', all }, { limit: 100 });
        expect(answer?.found.map(({ key }) => key)).toEqual(expected);
        expect((await reader.count(place, { type: 'Basic', all }))?.found).toBe(expected.length);
      },
    );
    await fc.assert(law, { numRuns: 60 });
  });

  it('walks a long history in steps of bounded work, and misses nothing', async () => {
    const establishment = anEstablishment();
    const rare = put(RecordKey.parse('Basic/rare'));
    const events = Array.from({ length: 2100 }, (_, n) => anEvent(n === 3 ? [rare] : [], { label: 'Z99' }));
    await follow(replica.store, aLog(), establishment, events, [700]);
    const place = { establishment, when: 'now' } as const;
    expect((await walkHistory(place, { type: 'Basic' }, 5)).map(([key]) => key)).toEqual(['Basic/rare']);
    const first = await reader.history({ scope: [establishment], ...place }, {}, { limit: 5 });
    expect(first?.found).toEqual({ versions: [], next: { position: 1100, key: '' } });
  });

  it('sees nothing of an establishment outside the scope, and no difference to one that is not there', async () => {
    const [mine, other, none] = [anEstablishment(), anEstablishment(), anEstablishment()];
    for (const establishment of [mine, other])
      await follow(replica.store, aLog(), establishment, [anEvent([put(patientKey(1))])]);
    const record = patientKey(1);
    for (const establishment of [other, none])
      for (const when of ['now', Instant.of(9_000_000_000_000)] as const) {
        const place = { scope: [mine], establishment, when };
        expect(await reader.read(place, record)).toBeUndefined();
        expect(await reader.version(place, record, { timeline: 1, position: Position.of(0) })).toBeUndefined();
        expect(await reader.history(place, {}, { limit: 5 })).toBeUndefined();
        expect(await reader.history(place, { record }, { limit: 5 })).toBeUndefined();
        expect(await reader.search(place, { type: 'Patient', all: [] }, { limit: 5 })).toBeUndefined();
        expect(await reader.count(place, { type: 'Patient', all: [] })).toBeUndefined();
      }
    expect((await reader.levels([mine, none], 'now')).map(({ establishment }) => establishment)).toEqual([mine]);
    // The other's generation is known to this process by now: it is still not enough.
    const ask = (scope: Finess) => reader.read({ scope: [scope], establishment: other, when: 'now' }, record);
    await ask(other);
    expect(await ask(mine)).toBeUndefined();
    // Nor is it together with those who may see it.
    const [seen, unseen, seenToo] = await Promise.all([ask(other), ask(mine), ask(other)]);
    expect([seen?.found?.key, unseen, seenToo?.found?.key]).toEqual([record, undefined, record]);
  });
});
