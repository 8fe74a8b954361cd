import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anEvent, asRecorded } from '../../../testing/src/builders/feed.js';
import { evolve, FoldMemory, Instant, originalTimeline } from '#domain';
import { changesIn, frenchAdt } from '../fixtures/adt.js';

/** What a desk says of one movement at one time; a movement's own words come in order, those of others whenever they like. */
interface Said {
  readonly action: 'INSERT' | 'UPDATE' | 'CANCEL';
  readonly minute: number;
  readonly place: number;
}
interface Told {
  readonly id: number;
  readonly trigger: keyof typeof kinds;
  readonly said: readonly Said[];
}

/** Trigger that inserts, with the one that cancels it and what ZBE-9 says. */
const kinds = {
  A01: { cancel: 'A11', scope: 'HMS' },
  A04: { cancel: 'A11', scope: 'HMS' },
  A05: { cancel: 'A38', scope: 'HMS' },
  A02: { cancel: 'A12', scope: 'HMS' },
  A03: { cancel: 'A13', scope: 'HMS' },
  A06: { cancel: 'A07', scope: 'D' },
  A21: { cancel: 'A52', scope: 'H' },
  A22: { cancel: 'A53', scope: 'H' },
  A54: { cancel: 'A55', scope: 'D' },
  Z80: { cancel: 'Z81', scope: 'M' },
  Z84: { cancel: 'Z85', scope: 'S' },
  A16: { cancel: 'A25', scope: 'D' },
} as const;

const two = (value: number): string => String(value).padStart(2, '0');
const hl7Time = (minute: number): string =>
  `202603${two(10 + Math.floor(minute / 1440))}${two(Math.floor(minute / 60) % 24)}${two(minute % 60)}00`;
const fhirTime = (minute: number): string =>
  `2026-03-${two(10 + Math.floor(minute / 1440))}T${two(Math.floor(minute / 60) % 24)}:${two(minute % 60)}:00+01:00`;

const render = ({ id, trigger }: Told, { action, minute, place }: Said): Buffer => {
  const { cancel, scope } = kinds[trigger];
  const event = action === 'INSERT' ? trigger : action === 'UPDATE' ? 'Z99' : cancel;
  return frenchAdt(
    event,
    'PID|1||42^^^CH^PI||N',
    `PV1|1|I|UF${place}${'|'.repeat(16)}V1^^^CH^VN`,
    `ZBE|${id}^CH|${hl7Time(minute)}||${action}|N|${action === 'INSERT' ? '' : trigger}|^^^^^^UF^^^M${place}|^^^^^^UF^^^S${place}|${scope}`,
  );
};

const recordsAfter = (messages: readonly Buffer[]): ReadonlyMap<string, string> => {
  const state = new FoldMemory(Instant.of(0));
  for (const recorded of asRecorded(messages.map((message) => anEvent(changesIn(message)))))
    state.absorb(evolve(state, recorded, originalTimeline));
  return new Map(
    [...state.heads]
      .filter(([key]) => key.startsWith('Encounter/'))
      .map(([key, { content }]) => [key, Buffer.from(content ?? []).toString()] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
};

/** The messages in an order that `picks` decides, each movement's own in theirs. */
const interleaved = (history: readonly Told[], picks: readonly number[]): readonly Buffer[] => {
  const queues = history.map((told) => told.said.map((said) => render(told, said)));
  const messages: Buffer[] = [];
  for (let turn = 0; queues.some((queue) => queue.length > 0); turn++) {
    const waiting = queues.filter((queue) => queue.length > 0);
    const next = waiting[(picks[turn % picks.length] ?? 0) % waiting.length]?.shift();
    if (next) messages.push(next);
  }
  return messages;
};

interface Standing extends Said {
  readonly trigger: Told['trigger'];
}

/** The visit by the last word on each movement: written apart from the fold. */
const modelOf = (history: readonly Told[]): unknown => {
  const standing = history
    .flatMap(({ trigger, said }): readonly Standing[] => {
      const last = said.at(-1);
      return last && last.action !== 'CANCEL' ? [{ trigger, ...last }] : [];
    })
    .sort((a, b) => a.minute - b.minute);
  const happened = standing.filter(({ trigger }) => trigger !== 'A16');
  const ofPresence = happened.filter(({ trigger }) => !['A05', 'A54', 'Z80', 'Z84'].includes(trigger));
  const last = ofPresence.at(-1);
  const isOver = last?.trigger === 'A03';
  const status =
    standing.length === 0
      ? 'cancelled'
      : isOver
        ? 'finished'
        : happened.every(({ trigger }) => trigger === 'A05')
          ? 'planned'
          : last?.trigger === 'A21'
            ? 'onleave'
            : 'in-progress';
  const start = happened.find(({ trigger }) => ['A01', 'A04', 'A05'].includes(trigger)) ?? happened[0];
  const place = happened.findLast(({ trigger }) => ['A01', 'A04', 'A05', 'A02', 'A21', 'A22'].includes(trigger));
  return {
    status,
    start: start && fhirTime(start.minute),
    end: isOver ? fhirTime(last.minute) : undefined,
    place: place && `Location/location.750712184.UF${place.place}`,
  };
};

const shownBy = (visit: string | undefined): unknown => {
  const encounter = JSON.parse(visit ?? '{}') as {
    status?: string;
    period?: { start?: string; end?: string };
    location?: { location: { reference: string } }[];
  };
  const { status, period, location } = encounter;
  return { status, start: period?.start, end: period?.end, place: location?.at(-1)?.location.reference };
};

/** Corrections of one movement, the first of which tells of it. */
const words = fc.array(
  fc.record({
    action: fc.constantFrom('UPDATE', 'UPDATE', 'CANCEL', 'INSERT'),
    slot: fc.nat({ max: 400 }),
    place: fc.nat({ max: 3 }),
  }),
  { minLength: 1, maxLength: 4 },
);

const histories = fc
  .array(fc.tuple(fc.constantFrom(...(Object.keys(kinds) as Told['trigger'][])), words), { minLength: 1, maxLength: 7 })
  .map((all) =>
    all.map(
      ([trigger, said], id): Told => ({
        id,
        trigger,
        // No two movements at one moment: which of them came first nobody could say.
        said: said.map(({ action, slot, place }, at) => ({
          action: at === 0 ? 'INSERT' : (action as Said['action']),
          minute: slot * 10 + id,
          place,
        })),
      }),
    ),
  );
const picks = fc.array(fc.nat(), { minLength: 1, maxLength: 30 });

describe('a visit that is told in IHE PAM France', () => {
  it('is the model’s, in whatever order the movements are told', () => {
    fc.assert(
      fc.property(histories, picks, picks, (history, one, other) => {
        const records = recordsAfter(interleaved(history, one));
        expect([...recordsAfter(interleaved(history, other))]).toEqual([...records]);
        expect(shownBy(records.get('Encounter/visit.CH.V1'))).toEqual(modelOf(history));
        expect(records.size).toBe(1 + history.length);
      }),
      { numRuns: 80 },
    );
  });

  it('is as if a movement had never been, once it is cancelled', () => {
    fc.assert(
      fc.property(histories, picks, (history, order) => {
        const added: Told = {
          id: 9,
          trigger: 'A02',
          said: [
            { action: 'INSERT', minute: 2009, place: 3 },
            { action: 'CANCEL', minute: 2009, place: 3 },
          ],
        };
        const visitAfter = (told: readonly Told[]): unknown =>
          recordsAfter(interleaved(told, order)).get('Encounter/visit.CH.V1');
        expect(visitAfter([...history, added])).toEqual(visitAfter(history));
      }),
      { numRuns: 40 },
    );
  });

  it('has one movement of three responsibilities, told by three messages in any order, each taken back alone', () => {
    const message = (trigger: string, action: string, scope: string, origin = ''): Buffer =>
      frenchAdt(
        trigger,
        'PID|1||42^^^CH^PI||N',
        `PV1|1|I|UF1${'|'.repeat(16)}V1^^^CH^VN`,
        `ZBE|7^CH|20260310090000||${action}|N|${origin}|^^^^^^UF^^^M1|^^^^^^UF^^^S1|${scope}`,
      );
    const told = [message('A02', 'INSERT', 'H'), message('Z80', 'INSERT', 'M'), message('Z84', 'INSERT', 'S')];
    const movement = (messages: readonly Buffer[]): string =>
      recordsAfter(messages).get('Encounter/movement.CH.7') ?? '';
    const all = movement(told);
    for (const part of ['UF1', '"M1"', '"S1"', '"transfer"']) expect(all).toContain(part);
    expect(movement(told.toReversed())).toBe(all);
    const without = movement([...told, message('Z81', 'CANCEL', 'M', 'Z80')]);
    expect(without).not.toContain('"M1"');
    expect(without).toContain('"S1"');
  });
});
