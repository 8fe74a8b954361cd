import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accepted } from '../fixtures/adt.js';
import { clinicalSegments } from '../fixtures/clinical.js';
import { clinicalPid, clinicalPv1, visitMessage } from '../fixtures/clinical-records.js';
import { frenchAdt } from '../fixtures/adt.js';
import { foldAdt } from '../fixtures/folded-adt.js';

const roles = [
  'ROL|R1^CH|UP|CP^Avis^HL70443|9^C^D~10^E|20260310|20260311',
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

/** Fields of each segment whose parts are said, and in which canaries are put. */
const canary = 'QZX';
const places = all.flatMap((segment) =>
  segment.split('|').flatMap((raw, field) =>
    field < 2 || raw === '' || raw === '""'
      ? []
      : raw.split('~').flatMap((repetition, at) =>
          repetition
            .split('^')
            .map((_, component) => ({ segment, field, repetition: at, component }))
            .concat([{ segment, field, repetition: at, component: repetition.split('^').length }]),
        ),
  ),
);

const withCanary = ({ segment, field, repetition, component }: (typeof places)[number]): string =>
  segment
    .split('|')
    .map((raw, at) =>
      at === field
        ? raw
            .split('~')
            .map((one, n) =>
              n === repetition
                ? one
                    .split('^')
                    .with(Math.min(component, one.split('^').length - 1), canary)
                    .join('^')
                : one,
            )
            .join('~')
        : raw,
    )
    .join('|');

describe('every component that ADT’s lists and roles hold', () => {
  it.each(
    places.filter(
      ({ segment, component, field, repetition }) =>
        component < (segment.split('|')[field]?.split('~')[repetition]?.split('^').length ?? 0),
    ),
  )('is shown or warned of: $segment, field $field, repetition $repetition, component $component', (place) => {
    const message = frenchAdt('A08', clinicalPid, clinicalPv1, withCanary(place));
    const name = place.segment.slice(0, 3);
    const isShown = [...foldAdt([message]).records.values()].some((text) => text.includes(canary));
    const isSaid = accepted(message).event.warnings.some(({ location }) =>
      new RegExp(`^${name}(?:\\[1\\])?-${place.field}(?!\\d)`).test(location),
    );
    const said = { isShown, isSaid };
    expect(said.isShown || said.isSaid).toBe(true);
  });
});
