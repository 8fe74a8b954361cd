import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accepted, frenchAdt } from '../fixtures/adt.js';
import { clinicalSegments } from '../fixtures/clinical.js';
import { clinicalPid, clinicalPv1, visitMessage } from '../fixtures/clinical-records.js';
import { foldAdt } from '../fixtures/folded-adt.js';
import { type DataType, listedOf } from '../represented/not-taken.js';

const roles = [
  'ROL|R1^CH|UP|CP^Avis^HL70443|9^C^D~10^E|20260310|20260311|^Mois|R^Raison|S^Généraliste|O^Cabinet|1 rue^^VILLE|^WPN^PH^^^^^^^^^02|MED^1|Cabinet^L^9^^^CH',
  'ROL||UC|AT|7^A',
  'ROL||UC|RP|8^B',
] as const;
const more = [
  'AL1|3|DA|PENI^Pénicilline^L|MI|toux',
  'AL1|4|FA|^Noix',
  'DG1|3||I21.9^Infarctus^I10|||F',
  'DG1|4||J18.9^Pneumopathie^I10|||W|||||||||3',
  'IN1|2|SS^Sécurité sociale^L|||||||||||||||||||||||||||||||||P2',
  'OBX|5|NM|29463-7^Poids^LN||73|kg|||||F|||20260311083000',
] as const;
const all = [...clinicalSegments, ...roles, ...more];

/** Lines of one text have an order. */
const isTextLine = (segment: string): boolean => segment.includes('|TX|');
/** A ROL is of what it stands behind: those of the visit right behind PV1. */
const rolesFirst = (segments: readonly string[]): readonly string[] => {
  const isRole = (segment: string): boolean => segment.startsWith('ROL');
  return [...segments.filter(isRole), ...segments.filter((segment) => !isRole(segment))];
};
const anySegments = fc.shuffledSubarray(all.filter((segment) => !isTextLine(segment))).map(rolesFirst);
const anyMessage = anySegments.map((segments) => visitMessage(...segments));

/** Records that stand, without their versions. */
const standing = (messages: readonly Buffer[]): ReadonlyMap<string, string> =>
  new Map([...foldAdt(messages).records].filter(([, text]) => text !== ''));

const renumbered = (segments: readonly string[]): readonly string[] =>
  segments.map((segment, at) => (segment.startsWith('ROL') ? segment : segment.replace(/^(...)\|\d+/, `$1|${at + 1}`)));

const names = (segments: readonly string[]): ReadonlySet<string> => new Set(segments.map((one) => one.slice(0, 3)));

describe('what an ADT tells of allergies, diagnoses, observations, coverages and roles', () => {
  it('is the same whatever the order and the numbers of the segments', () => {
    fc.assert(
      fc.property(anySegments, fc.integer(), (segments, seed) => {
        const [other = segments] = fc.sample(fc.shuffledSubarray([...segments], { minLength: segments.length }), {
          seed,
          numRuns: 1,
        });
        expect(standing([visitMessage(...rolesFirst(renumbered(other)))])).toEqual(
          standing([visitMessage(...segments)]),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('told twice is told once', () => {
    fc.assert(
      fc.property(anyMessage, anyMessage, (before, message) => {
        expect(standing([before, message, message])).toEqual(standing([before, message]));
      }),
      { numRuns: 60 },
    );
  });

  it('is what the last message that speaks of a list says of it', () => {
    const lists = (messages: readonly Buffer[]): readonly string[] =>
      [...standing(messages).keys()].filter((key) => !/^(?:Patient|Encounter|Location)/.test(key));
    fc.assert(
      fc.property(anySegments, anySegments, (before, after) => {
        const spoken = names(after);
        const left = before.filter((segment) => !spoken.has(segment.slice(0, 3)));
        expect(lists([visitMessage(...before), visitMessage(...after)])).toEqual(
          lists([visitMessage(...rolesFirst([...left, ...after]))]),
        );
      }),
      { numRuns: 60 },
    );
  });
});

const canary = 'QZX';

interface Place {
  readonly segment: string;
  readonly field: number;
  readonly repetition: number;
  readonly component: number;
}

/** Of fields with components that the published list names: their data type. */
const typesOfFields: Readonly<Record<string, DataType>> = {
  'AL1-6': 'TS',
  'DG1-5': 'TS',
  'DG1-16': 'XCN',
  'DG1-19': 'TS',
  'DG1-20': 'EI',
  'DG1-22': 'EI',
  'IN1-3': 'CX',
  'IN1-4': 'XON',
  'IN1-5': 'XAD',
  'IN1-6': 'XPN',
  'IN1-7': 'XTN',
  'IN1-9': 'XON',
  'IN1-12': 'TS',
  'IN1-13': 'TS',
  'IN1-16': 'XPN',
  'IN1-18': 'TS',
  'IN1-19': 'XAD',
  'IN1-49': 'CX',
  'OBX-14': 'TS',
  'ROL-1': 'EI',
  'ROL-4': 'XCN',
  'ROL-5': 'TS',
  'ROL-6': 'TS',
  'ROL-11': 'XAD',
  'ROL-12': 'XTN',
  'ROL-14': 'XON',
};

/** On the published list: by its data type, and DG1-2 beside a DG1-3 that names its coding system. */
const isListed = ({ segment, field, component }: Place): boolean => {
  const place = `${segment.slice(0, 3)}-${field}`;
  const type = typesOfFields[place];
  return place === 'DG1-2' || (type !== undefined && (listedOf[type] & (1 << (component + 1))) !== 0);
};

/** Every component of the segments that is filled in, and the one behind the last. */
const places: readonly Place[] = all.flatMap((segment) =>
  segment
    .split('|')
    .flatMap((raw, field) =>
      field < 2 || raw === ''
        ? []
        : raw
            .split('~')
            .flatMap((one, repetition) =>
              [...one.split('^'), ''].map((_, component) => ({ segment, field, repetition, component })),
            ),
    ),
);

const edited = (text: string, separator: string, at: number, edit: (part: string) => string): string => {
  const parts = text.split(separator);
  return (at < parts.length ? parts.map((part, n) => (n === at ? edit(part) : part)) : [...parts, edit('')]).join(
    separator,
  );
};

const withCanary = ({ segment, field, repetition, component }: Place): string =>
  edited(segment, '|', field, (raw) =>
    edited(raw, '~', repetition, (one) => edited(one, '^', component, () => canary)),
  );

/** The canary, and nothing else in the segment. */
const alone = ({ segment, field, component }: Place): string =>
  `${segment.slice(0, 3)}${'|'.repeat(field)}${'^'.repeat(component)}${canary}`;

describe('every component of AL1, DG1, IN1, ROL and OBX', () => {
  it.each(places.filter((place) => !isListed(place)))(
    'is shown or warned of: $segment, field $field, repetition $repetition, component $component',
    (place) => {
      for (const segment of [withCanary(place), alone(place)]) {
        const bytes = frenchAdt('A08', clinicalPid, clinicalPv1, segment);
        const isShown = [...foldAdt([bytes]).records.values()].some((text) => text.includes(canary));
        const name = place.segment.slice(0, 3);
        const own = new RegExp(`^${name}(?:\\[1\\])?(?:-${place.field}(?!\\d)|$)`);
        expect(
          `${segment} ${isShown || accepted(bytes).event.warnings.some(({ location }) => own.test(location))}`,
        ).toBe(`${segment} true`);
      }
    },
  );
});
