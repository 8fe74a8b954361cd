import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anEvent, anyFeed, asRecorded, patientKey, put } from '../../../testing/src/builders/feed.js';
import {
  type Change,
  type Effects,
  evolve,
  FoldMemory,
  Instant,
  type LogEvent,
  originalTimeline,
  Position,
  RecordKey,
  type RecordedEvent,
  SeenUnderId,
  StateDigest,
  type Timeline,
} from '../index.js';

const empty = (): FoldMemory => new FoldMemory(Instant.of(0));

const foldInto = (
  state: FoldMemory,
  events: readonly RecordedEvent[],
  timeline: Timeline = originalTimeline,
): Effects[] =>
  events.map((event) => {
    const effects = evolve(state, event, timeline);
    state.absorb(effects);
    return effects;
  });

const byTypeAndId = (a: RecordKey, b: RecordKey): number =>
  a.replace('/', '\u0000') < b.replace('/', '\u0000') ? -1 : 1;

const digestOf = (state: FoldMemory): string => {
  const digest = new StateDigest();
  for (const key of [...state.heads.keys()].sort(byTypeAndId)) {
    const head = state.heads.get(key);
    if (head) digest.add({ key, ...head });
  }
  return digest.finish(state.parked.map(({ recorded }) => recorded.position));
};

const contentOf = (state: FoldMemory, key: RecordKey): Record<string, unknown> =>
  JSON.parse(Buffer.from(state.heads.get(key)?.content ?? '{}').toString()) as Record<string, unknown>;

const observation = RecordKey.of('Observation', 'o1');

describe('the fold', () => {
  it('gives one version for one event, and none for a change that leaves the record as it was', () => {
    const state = empty();
    const events = asRecorded([
      anEvent([put(observation, { status: 'preliminary' }), put(observation, { status: 'final' })]),
      anEvent([put(observation, { status: 'final' })]),
    ]);
    const [first, second] = foldInto(state, events);
    expect(first?.versions.map((v) => `${v.key} ${v.timeline}-${v.position}`)).toEqual(['Observation/o1 1-0']);
    expect(second?.outcome).toBe('applied');
    expect(second?.versions).toEqual([]);
    expect(second?.records).toEqual([observation]);
  });

  it('keeps numbers to the letter through a merge patch', () => {
    const state = empty();
    const content = Buffer.from(
      '{"resourceType":"Observation","id":"o1","valueQuantity":{"value":1.30},"n":12345678901234567890}',
    );
    foldInto(
      state,
      asRecorded([
        anEvent([{ kind: 'put', record: observation, content }]),
        anEvent([{ kind: 'merge-patch', record: observation, content: Buffer.from('{"status":"final","d":2.50}') }]),
      ]),
    );
    expect(Buffer.from(state.heads.get(observation)?.content ?? '').toString()).toBe(
      '{"resourceType":"Observation","id":"o1","valueQuantity":{"value":1.30},"n":12345678901234567890,"status":"final","d":2.50}',
    );
  });

  it('takes the same message once, within thirty days of log time, and says when an id came back with other bytes', () => {
    const message = anEvent([put(observation, { n: 1 })], { messageId: 'A1', received: Buffer.from('one') });
    const other = anEvent([put(observation, { n: 2 })], { messageId: 'A1', received: Buffer.from('two') });
    const [first, again] = asRecorded([message, message]);
    const month = 31 * 24 * 3600 * 1000;
    const late = {
      ...asRecorded([message], 3)[0],
      appendedAt: Instant.of((first?.appendedAt ?? 0) + month),
    } as RecordedEvent;
    const outcomes = foldInto(empty(), [first, again, ...asRecorded([other], 2), late] as RecordedEvent[]);
    expect(outcomes.map((e) => e.outcome)).toEqual(['applied', 'duplicate', 'applied', 'applied']);
    expect(outcomes[2]?.warnings.map((w) => w.code)).toEqual(['message-id-reused']);
  });

  it('without an id A, B, A ends at A', () => {
    const state = empty();
    foldInto(state, asRecorded(['A', 'B', 'A'].map((v) => anEvent([put(observation, { v })]))));
    expect(contentOf(state, observation)['v']).toBe('A');
  });

  it('parks a patient behind a fault, lets others flow, and drains in order', () => {
    const patient = patientKey(1);
    const other = RecordKey.of('Observation', 'of-another');
    const state = empty();
    const patch: LogEvent = anEvent([
      { kind: 'merge-patch', record: observation, patient, content: Buffer.from('{"status":"final"}') },
    ]);
    const effects = foldInto(
      state,
      asRecorded([
        patch,
        anEvent([put(RecordKey.of('Condition', 'c1'), {}, patient)]),
        anEvent([put(other, {}, patientKey(2))]),
        anEvent([{ kind: 'drain', patient, skip: [] }], { format: 'control' }),
        anEvent([{ kind: 'drain', patient, skip: [Position.of(0)] }], { format: 'control' }),
      ]),
    );
    expect(effects.map((e) => e.outcome)).toEqual(['parked', 'parked', 'applied', 'applied', 'applied']);
    expect(effects[3]?.settled).toEqual([]);
    expect(effects[4]?.settled).toEqual([
      { position: 0, outcome: 'unmapped' },
      { position: 1, outcome: 'applied' },
    ]);
    expect(state.parked).toEqual([]);
    expect(state.heads.get(RecordKey.of('Condition', 'c1'))?.position).toBe(4);
  });

  describe('a record that may not be there', () => {
    const [patient, other] = [patientKey(1), patientKey(2)];
    const content = Buffer.from('{"resourceType":"Observation","status":"unknown"}');
    const told = put(observation, { status: 'preliminary', value: 1 }, patient);
    const stub: Change = { kind: 'default', record: observation, patient, content };
    const patch: Change = {
      kind: 'merge-patch',
      record: observation,
      patient,
      content: Buffer.from('{"status":"final"}'),
    };
    const withdraw = (of: RecordKey, left?: Buffer): Change => ({
      kind: 'withdraw',
      record: observation,
      patient: of,
      ...(left && { content: left }),
    });
    const merge: Change = { kind: 'link', patient, into: other };
    const after = (...messages: readonly (readonly Change[])[]): unknown => {
      const state = empty();
      const effects = foldInto(state, asRecorded(messages.map((changes) => anEvent(changes))));
      expect(effects.map(({ outcome }) => outcome)).toEqual(messages.map(() => 'applied'));
      const head = state.heads.get(observation);
      if (!head) return 'never there';
      return head.deleted
        ? 'gone'
        : [head.patient, contentOf(state, observation)['status'], contentOf(state, observation)['value']];
    };

    it('is given by a default, and changed by the patch behind it', () => {
      expect(after([stub, patch])).toEqual([patient, 'final', undefined]);
      expect(after([told], [{ kind: 'remove', record: observation }], [stub, patch])).toEqual([
        patient,
        'final',
        undefined,
      ]);
    });

    it('is left by a default where it is there', () => {
      expect(after([told], [stub])).toEqual([patient, 'preliminary', 1]);
      expect(after([told], [stub, patch])).toEqual([patient, 'final', 1]);
    });

    it('is withdrawn by the patient whose it is, or would be, and by nobody else', () => {
      expect(after([told], [withdraw(patient)])).toBe('gone');
      expect(after([told], [withdraw(patient, content)])).toEqual([patient, 'unknown', undefined]);
      expect(after([withdraw(patient)])).toBe('never there');
      expect(after([withdraw(patient, content)])).toEqual([patient, 'unknown', undefined]);
      expect(after([told], [withdraw(other)])).toEqual([patient, 'preliminary', 1]);
      expect(after([told], [withdraw(other, content)])).toEqual([patient, 'preliminary', 1]);
    });

    it('is the patient’s who was told last, though the content names none and is the same', () => {
      const binary = (of: RecordKey): Change => ({ kind: 'put', record: observation, patient: of, content });
      expect(after([binary(patient)], [binary(other)])).toEqual([other, 'unknown', undefined]);
      expect(after([binary(patient)], [binary(other)], [withdraw(patient)])).toEqual([other, 'unknown', undefined]);
    });

    it('is withdrawn under any number of a patient who was merged', () => {
      const further: Change = { kind: 'link', patient: other, into: patientKey(3) };
      expect(after([told], [merge], [withdraw(other)])).toBe('gone');
      expect(after([told], [merge], [further], [withdraw(patientKey(3))])).toBe('gone');
      expect(after([put(observation, {}, patientKey(3))], [merge], [further], [withdraw(patient)])).toBe('gone');
      const undone: Change = { kind: 'unlink', patient, from: other };
      expect(after([told], [merge], [undone], [withdraw(other)])).toEqual([patient, 'preliminary', 1]);
    });
  });

  it('links a merged patient and keeps both readable', () => {
    const state = empty();
    const ipp = { type: { coding: [{ code: 'PI' }] }, system: 'urn:x', value: '1', use: 'usual' };
    foldInto(
      state,
      asRecorded([
        anEvent([
          { kind: 'identify', patient: patientKey(1), edits: [{ op: 'set', member: 'identifier', value: [ipp] }] },
        ]),
        anEvent([{ kind: 'link', patient: patientKey(1), into: patientKey(2) }]),
      ]),
    );
    expect(contentOf(state, patientKey(1))).toMatchObject({
      active: false,
      identifier: [{ ...ipp, use: 'old' }],
      link: [{ other: { reference: 'Patient/p2' }, type: 'replaced-by' }],
    });
    expect(contentOf(state, patientKey(2))).toMatchObject({ active: true, link: [{ type: 'replaces' }] });
  });

  it('stops on nothing less than the whole message: one fault withholds all its changes', () => {
    const state = empty();
    const [effects] = foldInto(
      state,
      asRecorded([
        anEvent([
          put(observation, {}),
          { kind: 'merge-patch', record: RecordKey.of('Observation', 'none'), content: Buffer.from('{}') },
        ]),
      ]),
    );
    expect(effects?.outcome).toBe('parked');
    expect(state.heads.size).toBe(0);
  });
});

describe('laws of the fold', () => {
  it('a prefix and then the rest is the whole', () => {
    fc.assert(
      fc.property(anyFeed(), fc.nat(40), (feed, at) => {
        const events = asRecorded(feed);
        const whole = empty();
        foldInto(whole, events);
        const prefix = empty();
        foldInto(prefix, events.slice(0, at));
        const rest = new FoldMemory(prefix.clock);
        // What a replica stores and loads again: plain JSON for subjects.
        for (const [key, head] of prefix.heads) rest.heads.set(key, head);
        for (const [key, subject] of prefix.subjects)
          rest.subjects.set(key, JSON.parse(JSON.stringify(subject)) as typeof subject);
        for (const [key, seen] of prefix.messages) rest.messages.set(key, new SeenUnderId(seen.messages()));
        rest.parked = prefix.parked;
        foldInto(rest, events.slice(at));
        expect(digestOf(rest)).toBe(digestOf(whole));
      }),
    );
  });

  it('sent twice is sent once', () => {
    fc.assert(
      fc.property(anyFeed(), (feed) => {
        const named = feed
          .filter((event) => event.format !== 'control')
          .map((event, n) => ({ ...event, messageId: `id-${n}` }));
        const once = empty();
        foldInto(once, asRecorded(named));
        const twice = empty();
        const effects = foldInto(twice, asRecorded([...named, ...named]));
        expect(effects.slice(named.length).every((e) => e.outcome === 'duplicate')).toBe(true);
        expect(digestOf(twice)).toBe(digestOf(once));
      }),
    );
  });

  /** The change with its contents as `as` makes them: texts can be put into JSON and read back. */
  const withContents = (change: Change, as: (content: never) => unknown): Change => {
    const given = <T extends object>(one: T): T =>
      'content' in one ? { ...one, content: as(one.content as never) } : one;
    return change.kind === 'collection' ? { ...change, members: change.members.map(given) } : given(change);
  };

  it('any interleaving of two feeds that keeps the order of each patient gives the same records', () => {
    const contents = (state: FoldMemory): string[] =>
      [...state.heads]
        .map(([key, head]) => `${key} ${head.deleted} ${Buffer.from(head.contentHash).toString('hex')}`)
        .sort();
    fc.assert(
      fc.property(
        anyFeed(20),
        anyFeed(20),
        fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }),
        (one, two, turns) => {
          // Different patients in each feed: their ids differ by a prefix.
          const apart = (feed: readonly LogEvent[], prefix: string): LogEvent[] =>
            feed
              .filter((event) => event.format !== 'control')
              .map((event) => {
                const text = JSON.stringify(event.changes.map((change) => withContents(change, String)));
                const changes = JSON.parse(
                  text.replaceAll(
                    /(Patient|Observation|Encounter|DiagnosticReport|Condition)\/(c?)([a-z])/g,
                    `$1/$2${prefix}$3`,
                  ),
                ) as LogEvent['changes'];
                return {
                  ...event,
                  messageId: '',
                  changes: changes.map((change) => withContents(change, (text: string) => Buffer.from(text))),
                };
              });
          const a = apart(one, 'x');
          const b = apart(two, 'y');
          const mixed: LogEvent[] = [];
          const left = [...a];
          const right = [...b];
          for (const turn of turns) mixed.push(...(turn ? left : right).splice(0, 1));
          mixed.push(...left, ...right);
          const inRow = empty();
          foldInto(inRow, asRecorded([...a, ...b]));
          const interleaved = empty();
          foldInto(interleaved, asRecorded(mixed));
          expect(contents(interleaved)).toEqual(contents(inRow));
        },
      ),
    );
  });

  it('replayed to a cut it is what was live at the cut, version ids included', () => {
    fc.assert(
      fc.property(anyFeed(), fc.nat(40), (feed, at) => {
        const events = asRecorded(feed);
        const cut = Position.of(Math.min(at, events.length) - 1);
        const live = empty();
        foldInto(live, events.slice(0, cut + 1));
        const restored = empty();
        const timeline: Timeline = {
          number: 2,
          parent: originalTimeline,
          branch: cut,
          cut,
          exclusions: { senders: [], types: [], between: [], clock: 'recorded' },
          plannedAt: Position.of(events.length - 1),
          afterCut: 'omit',
          resumeAt: 'not-promoted',
        };
        foldInto(restored, events, timeline);
        expect(digestOf(restored)).toBe(digestOf(live));
      }),
    );
  });
});
