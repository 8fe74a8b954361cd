import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { er7 } from '../fixtures/context.js';
import { foldAdt } from '../fixtures/folded-adt.js';

/** What a desk says of one movement at one time; a movement's own words come in order, those of others whenever they like. */
interface Said {
  /** `UPDATE-M`, `CANCEL-M`: of the medical ward alone, of a movement that three messages tell of. */
  readonly action: 'INSERT' | 'UPDATE' | 'CANCEL' | 'UPDATE-M' | 'CANCEL-M';
  /** ZBE-2 and MSH-7, in minutes; movements may begin in one minute, and be told before or long after. */
  readonly minute: number;
  readonly sent: number;
  readonly place: number;
  readonly doctor: number;
}
interface Told {
  readonly id: number;
  readonly kind: Kind;
  readonly said: readonly Said[];
}
/** A08: what holds of the visit at a time, whatever movement it is in. */
interface Update {
  readonly minute: number;
  readonly place: number;
  readonly doctor: number;
}

/** Trigger that inserts, with the one that cancels it and what ZBE-9 says; `parts`: a transfer in three messages, one a ward. */
const kinds = {
  A01: { insert: 'A01', cancel: 'A11', scope: 'HMS' },
  A04: { insert: 'A04', cancel: 'A11', scope: 'HMS' },
  A05: { insert: 'A05', cancel: 'A38', scope: 'HMS' },
  A02: { insert: 'A02', cancel: 'A12', scope: 'HMS' },
  parts: { insert: 'A02', cancel: 'A12', scope: 'HMS' },
  A03: { insert: 'A03', cancel: 'A13', scope: 'HMS' },
  A06: { insert: 'A06', cancel: 'A07', scope: 'D' },
  A21: { insert: 'A21', cancel: 'A52', scope: 'H' },
  A22: { insert: 'A22', cancel: 'A53', scope: 'H' },
  A54: { insert: 'A54', cancel: 'A55', scope: 'D' },
  Z80: { insert: 'Z80', cancel: 'Z81', scope: 'M' },
  Z84: { insert: 'Z84', cancel: 'Z85', scope: 'S' },
  A14: { insert: 'A14', cancel: 'A27', scope: 'D' },
  A16: { insert: 'A16', cancel: 'A25', scope: 'D' },
} as const;
type Kind = keyof typeof kinds;

const two = (value: number): string => String(value).padStart(2, '0');
const hl7Time = (minute: number): string =>
  `202603${two(10 + Math.floor(minute / 1440))}${two(Math.floor(minute / 60) % 24)}${two(minute % 60)}00`;
const fhirTime = (minute: number): string =>
  `2026-03-${two(10 + Math.floor(minute / 1440))}T${two(Math.floor(minute / 60) % 24)}:${two(minute % 60)}:00+01:00`;

const message = (
  trigger: string,
  sent: number,
  { place, doctor, vip }: { readonly place: number; readonly doctor: number; readonly vip?: true },
  ...more: readonly string[]
): Buffer =>
  er7(
    `MSH|^~\\&|GAM|CH|EAI|GHT|${hl7Time(sent)}||ADT^${trigger}^ADT_A05|M1|P|2.5^FRA^2.11|||||FRA|UNICODE UTF-8`,
    `EVN||${hl7Time(sent)}`,
    'PID|1||42^^^CH^PI||N',
    `PV1|1|I|UF${place}||||D${doctor}^NOM${doctor}${'|'.repeat(9)}${vip ? 'Y' : ''}|||V1^^^CH^VN`,
    ...more,
  );

/** The messages that say it; senders fill ZBE-3, though IHE excludes it. */
const messagesOf = ({ id, kind }: Told, said: Said): readonly Buffer[] => {
  const { insert, cancel, scope } = kinds[kind];
  const one = (trigger: string, action: string, letters: string, origin = ''): Buffer =>
    message(
      trigger,
      said.sent,
      said,
      `ZBE|${id}^CH|${hl7Time(said.minute)}|${hl7Time(5000)}|${action}|N|${origin}|^^^^^^UF^^^M${said.place}|^^^^^^UF^^^S${said.place}|${letters}`,
    );
  switch (said.action) {
    case 'INSERT':
      if (kind === 'parts') return [one('A02', 'INSERT', 'H'), one('Z80', 'INSERT', 'M'), one('Z84', 'INSERT', 'S')];
      return [one(insert, 'INSERT', scope)];
    case 'UPDATE':
      return [one('Z99', 'UPDATE', scope, insert)];
    case 'CANCEL':
      return [one(cancel, 'CANCEL', scope, insert)];
    case 'UPDATE-M':
      return [one('Z99', 'UPDATE', 'M', 'Z80')];
    case 'CANCEL-M':
      return [one('Z81', 'CANCEL', 'M', 'Z80')];
  }
};

const recordsAfter = (messages: readonly Buffer[]): ReadonlyMap<string, string> =>
  new Map([...foldAdt(messages).records].filter(([key]) => key.startsWith('Encounter/')));

/** The messages in an order that `picks` decides, each movement's own in theirs. */
const interleaved = (
  history: readonly Told[],
  updates: readonly Update[],
  picks: readonly number[],
): readonly Buffer[] => {
  const queues = [
    ...history.map((told) => told.said.flatMap((said) => messagesOf(told, said))),
    ...updates.map((update) => [message('A08', update.minute, { ...update, vip: true })]),
  ];
  const messages: Buffer[] = [];
  for (let turn = 0; queues.some((queue) => queue.length > 0); turn++) {
    const waiting = queues.filter((queue) => queue.length > 0);
    const next = waiting[(picks[turn % picks.length] ?? 0) % waiting.length]?.shift();
    if (next) messages.push(next);
  }
  return messages;
};

/** What is left of a movement after all that was said of it: written apart from the fold, as all of the model. */
interface Standing {
  readonly id: number;
  /** A transfer of which only a change of ward is left is one of responsibility. */
  readonly kind: Kind;
  readonly minute: number;
  readonly place: number;
  readonly doctor: number;
  /** From when on its doctor counts beside what A08s say. */
  readonly since: number;
}

interface Ward {
  readonly source: 'H' | 'M' | 'S';
  readonly says: string;
  readonly said: Said;
  readonly isNew: boolean;
}

/** Who said what last, of those whose word was not taken back since. */
const wordsLeft = ({ kind, said }: Told): readonly Ward[] => {
  let words: Ward[] = [];
  const known = new Set<string>();
  const gone = new Set<string>();
  const speak = (source: Ward['source'], says: string, one: Said): void => {
    words = [...words, { source, says, said: one, isNew: !known.has(source) }];
    known.add(source);
    gone.delete(source);
  };
  for (const one of said) {
    if (one.action === 'CANCEL') for (const source of ['H', 'M', 'S']) gone.add(source);
    else if (one.action === 'CANCEL-M') gone.add('M');
    else if (one.action === 'UPDATE-M') speak('M', 'M', one);
    else if (one.action === 'INSERT' && kind === 'parts')
      for (const source of ['H', 'M', 'S'] as const) speak(source, source, one);
    else speak('H', 'HMS', one);
  }
  return words.filter(({ source }) => !gone.has(source));
};

const standingOf = (told: Told): Standing | undefined => {
  const words = wordsLeft(told);
  const newest = words.at(-1);
  if (!newest) return undefined;
  const strongest = ['H', 'M', 'S'].find((source) => words.some((word) => word.source === source));
  const ofStrongest = words.findLast(({ source }) => source === strongest) ?? newest;
  const { minute, sent } = newest.said;
  return {
    id: told.id,
    kind: told.kind === 'parts' ? ((strongest === 'H' ? 'A02' : strongest === 'M' ? 'Z80' : 'Z84') as Kind) : told.kind,
    minute: ofStrongest.said.minute,
    place: (words.findLast(({ says }) => says.includes('H')) ?? newest).said.place,
    doctor: newest.said.doctor,
    since: newest.isNew ? Math.min(minute, sent) : sent,
  };
};

const isOf =
  (...of: readonly Kind[]) =>
  ({ kind }: { readonly kind: Kind }): boolean =>
    of.includes(kind);
const comes = isOf('A05', 'A14');
const isAnnounced = isOf('A05', 'A14', 'A16');
const isThere = isOf('A01', 'A04', 'A02', 'A06', 'A21', 'A22');
const isEnd = isOf('A03');
const isPlaced = isOf('A01', 'A04', 'A02', 'A21', 'A22');
const stage = ({ kind }: Standing): number =>
  kind === 'A05' ? 0 : isOf('A01', 'A04')({ kind }) ? 1 : kind === 'A03' ? 3 : 2;

const modelOf = (history: readonly Told[], updates: readonly Update[]) => {
  const standing = history
    .flatMap((told) => standingOf(told) ?? [])
    .sort((a, b) => a.minute - b.minute || stage(a) - stage(b) || a.id - b.id);
  const isTakenBack = (told: Told): boolean => standingOf(told) === undefined;
  const noAdmission = history.some((told) => isOf('A01', 'A04')(told) && isTakenBack(told));
  const happened = standing.filter((one) => !isAnnounced(one));
  const isHere = happened.some(isThere);
  const last = happened.findLast((one) => isThere(one) || (isEnd(one) && (isHere || !noAdmission)));
  const statusUnseen = (): string => {
    if (standing.some(comes)) return 'planned';
    if (noAdmission) return 'cancelled';
    return standing.length === 0 && history.some((told) => comes(told)) ? 'cancelled' : 'in-progress';
  };
  const status = last ? (isEnd(last) ? 'finished' : last.kind === 'A21' ? 'onleave' : 'in-progress') : statusUnseen();
  const arrival = standing.some(comes) ? happened.findIndex((one) => isThere(one) || isEnd(one)) : 0;
  const stay = last ? happened.slice(arrival) : status === 'in-progress' ? happened : [];
  const plans = standing.filter(isOf('A05'));
  const lastUpdate = updates.toSorted((a, b) => a.minute - b.minute).at(-1);
  const start = status === 'planned' ? plans[0] : (stay.find(isOf('A01', 'A04')) ?? stay[0]);
  const place =
    status === 'cancelled'
      ? undefined
      : ((status === 'planned' ? plans.at(-1) : stay.findLast(isPlaced)) ?? lastUpdate);
  const speaker = happened.at(-1);
  const doctor = speaker && (!lastUpdate || speaker.since > lastUpdate.minute) ? speaker : (lastUpdate ?? plans.at(-1));
  return {
    status,
    start: start && fhirTime(start.minute),
    end: status === 'finished' && last ? fhirTime(last.minute) : undefined,
    place:
      place && `UF${place.place} ${status === 'finished' ? 'completed' : status === 'planned' ? 'planned' : 'active'}`,
    places: status === 'planned' ? Math.max(plans.length, place ? 1 : 0) : undefined,
    doctor: status === 'cancelled' || !doctor ? undefined : `NOM${doctor.doctor}`,
    vip: lastUpdate !== undefined,
  };
};

interface Encounter {
  readonly status: string;
  readonly period?: { readonly start?: string; readonly end?: string };
  readonly location?: readonly {
    readonly location: { readonly reference: string };
    readonly status: string;
    readonly period?: { readonly start?: string; readonly end?: string };
  }[];
  readonly participant?: readonly { readonly individual: { readonly display?: string } }[];
  readonly extension?: readonly {
    readonly url: string;
    readonly valueReference?: { readonly identifier: { readonly value: string } };
  }[];
  readonly serviceProvider?: { readonly identifier: { readonly value: string } };
}
const read = (record: string | undefined): Encounter => JSON.parse(record ?? '{}') as Encounter;

const shownBy = (encounter: Encounter): object => {
  const { status, period, location = [], participant, extension } = encounter;
  const last = location.at(-1);
  return {
    status,
    start: period?.start,
    end: period?.end,
    place: last && `${last.location.reference.split('.').at(-1)} ${last.status}`,
    places: status === 'planned' ? location.length : undefined,
    doctor: status === 'cancelled' ? undefined : participant?.[0]?.individual.display,
    vip: extension?.some(({ url }) => url === 'urn:reprise:vip') ?? false,
  };
};

/** Places follow each other without a gap, none ends before it begins, and no more than one is active. */
const checkPlaces = ({ status, location = [] }: Encounter): void => {
  if (status === 'planned') return;
  expect(location.filter((one) => one.status === 'active').length).toBeLessThanOrEqual(1);
  for (const [at, { period }] of location.entries()) {
    if (period?.end !== undefined && period.start !== undefined) expect(period.end >= period.start).toBe(true);
    if (at > 0) expect(location[at - 1]?.period?.end).toBe(period?.start);
  }
};

/** Each ward of a movement in parts is what the newest word says that was not taken back. */
const checkWards = (told: Told, record: string | undefined): void => {
  const words = wordsLeft(told);
  const { status, serviceProvider, extension } = read(record);
  expect(status === 'cancelled').toBe(words.length === 0);
  if (words.length === 0) return;
  const newest = (letter: string): string | undefined => {
    const word = words.findLast(({ says }) => says.includes(letter));
    return word && `${letter}${word.said.place}`;
  };
  const nursing = extension?.find(({ url }) => url === 'urn:reprise:nursing-unit');
  expect([serviceProvider?.identifier.value, nursing?.valueReference?.identifier.value]).toEqual([
    newest('M'),
    newest('S'),
  ]);
};

const tens = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max }).map((value) => value * 10);

/** Corrections of one movement, the first of which tells of it. */
const words = fc.array(
  fc.record({
    action: fc.constantFrom('UPDATE', 'UPDATE', 'CANCEL', 'INSERT', 'UPDATE-M', 'CANCEL-M') as fc.Arbitrary<
      Said['action']
    >,
    minute: tens(40, 70),
    /** How long after it happened, or after the word before, it was said. */
    after: tens(-20, 20),
    place: fc.nat({ max: 3 }),
    doctor: fc.nat({ max: 9 }),
  }),
  { minLength: 1, maxLength: 4 },
);

const allKinds = Object.keys(kinds) as readonly Kind[];

/** Numbers of one and of two digits, so that their order is not that of their texts. */
const histories = fc.array(fc.tuple(fc.constantFrom(...allKinds), words), { minLength: 1, maxLength: 7 }).map((all) =>
  all.map(([kind, said], index): Told => {
    let sent = 0;
    return {
      id: index + 7,
      kind,
      said: said.map(({ action, after, ...rest }, at) => {
        sent = at === 0 ? rest.minute + after : sent + Math.abs(after) + 10;
        const whole = kind === 'parts' ? action : (action.replace('-M', '') as Said['action']);
        return { ...rest, sent, action: at === 0 ? 'INSERT' : whole };
      }),
    };
  }),
);
const updatesOfVisit = fc
  .array(fc.record({ minute: tens(40, 70), place: fc.nat({ max: 3 }), doctor: fc.nat({ max: 9 }) }), { maxLength: 3 })
  // None at the time of another: which of them came first nobody could say.
  .map((all) => all.map((update, at) => ({ ...update, minute: update.minute + 1 + at })));
const picks = fc.array(fc.nat(), { minLength: 1, maxLength: 30 });

describe('a visit that is told in IHE PAM France', () => {
  it('is the model’s, in whatever order the movements are told', () => {
    fc.assert(
      fc.property(histories, updatesOfVisit, picks, picks, (history, updates, one, other) => {
        const records = recordsAfter(interleaved(history, updates, one));
        expect([...recordsAfter(interleaved(history, updates, other))]).toEqual([...records]);
        const visit = read(records.get('Encounter/visit.CH.V1'));
        const model = modelOf(history, updates);
        // Who was the doctor where nothing stands that says it, nobody needs to know.
        expect({ ...shownBy(visit), ...(model.doctor === undefined && { doctor: undefined }) }).toEqual(model);
        checkPlaces(visit);
        expect(records.size).toBe(1 + history.length);
        if (visit.status !== 'cancelled')
          for (const told of history)
            if (told.kind === 'parts') checkWards(told, records.get(`Encounter/movement.CH.${told.id}`));
      }),
      { numRuns: 150 },
    );
  });

  it('is as if a movement had never been, once it is cancelled', () => {
    fc.assert(
      fc.property(
        histories,
        updatesOfVisit,
        picks,
        fc.constantFrom('A02', 'parts' as const),
        (history, updates, order, kind) => {
          const of = { minute: 500, sent: 510, place: 3, doctor: 9 };
          const added: Told = {
            id: 99,
            kind,
            said: [
              { action: 'INSERT', ...of },
              { action: 'CANCEL', ...of },
            ],
          };
          const visitAfter = (told: readonly Told[]): unknown =>
            recordsAfter(interleaved(told, updates, order)).get('Encounter/visit.CH.V1');
          // A visit of which nothing stands tells at least which it was, by what was taken back.
          if (modelOf(history, updates).status === 'cancelled' || !history.some(standingOf)) return;
          expect(visitAfter([...history, added])).toEqual(visitAfter(history));
        },
      ),
      { numRuns: 40 },
    );
  });
});
