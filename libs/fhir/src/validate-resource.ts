import type { ValidatorOptions } from '@medplum/core';
import type { Medplum } from './definitions.js';
import { DefinitionIndex } from './definitions.js';
import type { Issue, IssueCode } from './issue.js';
import { resourceTypes } from './resource-types.js';

type MedplumResource = Parameters<Medplum['validateResource']>[0];
type MedplumIssue = ReturnType<Medplum['validateResource']>[number];
type CollectedTokens = NonNullable<NonNullable<ValidatorOptions['collect']>['tokens']>;

interface Code {
  readonly valueSet: string;
  readonly type: string;
  readonly value: unknown;
  readonly path: string;
}

/**
 * Where Medplum puts the values of elements with a required binding. It would compare each with all earlier ones of its value set, which
 * takes minutes on a large resource: so nothing is found here, and everything is kept.
 */
const collectInto = (codes: Code[]): CollectedTokens =>
  new Proxy<CollectedTokens>(
    {},
    {
      get: () => undefined,
      set: (_target, valueSet: string, found: CollectedTokens[string]) => {
        for (const { type, value, path } of found) codes.push({ valueSet, type, value, path });
        return true;
      },
    },
  );

/**
 * As large as a message may be: attachments are the sender's affair.
 * @limit FHIR | bytes of a base64 value | 422
 */
const maxBinaryBytes = 24 * 1024 * 1024;

/** Medplum warns of it "to avoid breaking existing code"; FHIR R4 (section 2.4.0.1, choice of types) allows one. */
const conflictingChoice = /^Conflicting choice of type properties/;
/**
 * Stricter than FHIR R4, which allows white space in base64Binary (section 2.24.0.1) and bounds `string`, not narrative; and nothing here
 * breaks by either.
 */
const tooStrict = /^(?:Invalid base64Binary format|String cannot be larger than 1 MB)$/;
/** Repeats the first part of the reference, whatever that is. */
const invalidReference = /^Invalid reference: got "([^"]*)"/;

const word = String.raw`[A-Za-z]+(?:\.[A-Za-z]+)*`;
/** All that Medplum says and that is repeated: what it finds beside, it may tell in the sender's own words. */
const known = new RegExp(
  `^(?:${[
    'Missing required property',
    'Invalid null value',
    'Invalid empty (?:non-primitive )?value',
    'Invalid numeric value',
    `Invalid (?:${word}) (?:format|value)`,
    `Invalid JSON type: ${word} is not a valid FHIR type`,
    `Invalid JSON type: expected ${word}, but got ${word}`,
    'Expected (?:array of values|single value) for property',
    'Expected number to be an integer',
    String.raw`Expected number to be in the range -?\d+\.\.-?\d+`,
    'String cannot be larger than 1 MB',
    'String must contain non-whitespace content',
    'Value did not match expected pattern',
    String.raw`base64Binary exceeds \d+ bytes`,
    String.raw`Invalid number of values: expected \d+\.\.(?:\d+|\*), but found \d+`,
    String.raw`Constraint [\w-]+ not met: .*`,
    'Error evaluating invariant expression',
    'cannot be read as a resource of this type',
  ].join('|')})$`,
);

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every type that the resource holds: itself, contained ones, those of a Bundle's entries. */
const typesWithin = (value: unknown, types: Set<string>): ReadonlySet<string> => {
  if (Array.isArray(value)) for (const element of value) typesWithin(element, types);
  else if (isObject(value)) {
    const type = value['resourceType'];
    if (typeof type === 'string') types.add(type);
    for (const member of Object.values(value)) if (typeof member === 'object') typesWithin(member, types);
  }
  return types;
};

/**
 * Member names of a sender may hold anything; only those that look like FHIR's are repeated. In FHIRPath the element `effective[x]` is
 * `effective`.
 */
const withoutOddNames = (path: string): string =>
  path
    .split('.')
    .map((step) => step.replace('[x]', ''))
    .map((step) => (/^_?[A-Za-z][A-Za-z0-9]{0,63}(?:\[\d+\])?$/.test(step) ? step : '(member)'))
    .join('.');

/** Times are where senders err most: what R4 asks of them is said in full. */
const times: Readonly<Record<string, string>> = {
  'Invalid dateTime format':
    'no dateTime of FHIR R4: send a year, a month, a day, or a day with a time to the second and its zone (2026-11-20T14:30:00+01:00)',
  'Invalid instant format':
    'no instant of FHIR R4: send a day with a time to the second and its zone (2026-11-20T14:30:00+01:00)',
};

const issueCodes: Readonly<Record<string, IssueCode>> = { structure: 'structure', invariant: 'invariant' };

const ofMedplum = (issue: MedplumIssue): readonly Issue[] => {
  const text = issue.details?.text ?? 'not valid FHIR R4';
  const location = withoutOddNames(issue.expression?.[0] ?? '');
  const code = issueCodes[issue.code] ?? 'invalid';
  const target = invalidReference.exec(text)?.[1];
  if (target !== undefined)
    return resourceTypes.has(target)
      ? [{ severity: 'warning', code, text: `refers to a ${target}, which this element does not expect`, location }]
      : [];
  if (conflictingChoice.test(text))
    return [{ severity: 'error', code, text: 'more than one type of a value that may have one', location }];
  if (text.startsWith('Invalid additional property'))
    return [{ severity: 'error', code, text: 'no such element in FHIR R4 (extensions go into "extension")', location }];
  const severity = issue.severity === 'error' && !tooStrict.test(text) ? 'error' : 'warning';
  return [{ severity, code, text: times[text] ?? (known.test(text) ? text : 'not valid FHIR R4'), location }];
};

/** Medplum checks no code: FHIR R4 section 4.1.3, required bindings, for the elements of type `code` whose codes can be listed. */
const codeIssues = (collected: readonly Code[], index: DefinitionIndex): readonly Issue[] =>
  collected.flatMap(({ valueSet, type, value, path }): readonly Issue[] => {
    // A primitive with an extension is a String object; one with nothing else (data absent) has no code to check.
    const code: unknown = value instanceof String ? value.valueOf() : value;
    const codes = type === 'code' && typeof code === 'string' ? index.codes(valueSet) : undefined;
    if (!codes || typeof code !== 'string' || codes.has(code)) return [];
    const text = codes.size <= 20 ? `not one of ${[...codes].join(', ')}` : `not a code of ${valueSet}`;
    return [{ severity: 'error', code: 'code-invalid', text, location: withoutOddNames(path) }];
  });

/** The definitions, with those of every type that the resource holds. */
const loaded = (value: unknown, type: string): DefinitionIndex => {
  const index = DefinitionIndex.get();
  for (const within of typesWithin(value, new Set([type]))) index.load(within);
  return index;
};

/**
 * What is wrong with a resource by FHIR R4 itself: structure, cardinality, types, unknown elements, invariants, required codes.
 * Profiles are not judged and extensions are not looked up. `value` is what `JSON.parse` made of scanned bytes.
 * About 0.2 ms; the first of a type some milliseconds more.
 */
export const validateResource = (type: string, value: unknown): readonly Issue[] => {
  const wrongType = !isObject(value)
    ? 'not a JSON object'
    : value['resourceType'] === type
      ? undefined
      : `the resourceType is not ${type}`;
  if (wrongType !== undefined || !resourceTypes.has(type))
    return [
      {
        severity: 'error',
        code: 'structure',
        text: wrongType ?? 'no resource type of FHIR R4',
        location: 'resourceType',
      },
    ];
  const index = loaded(value, type);
  const codes: Code[] = [];
  const issues = runMedplum(index.medplum, value as unknown as MedplumResource, collectInto(codes));
  return [...issues.flatMap(ofMedplum), ...codeIssues(codes, index)];
};

/** What R4 says of the form and value of a time, whatever else stands around it. */
const ofTimes = /^Invalid (?:date|dateTime|instant|time) (?:format|value)$/;

/**
 * What is wrong with the times of a merge patch, and of nothing else: what the patch makes of the record is known to the fold alone, but
 * a time that is none stays one.
 */
export const validateTimes = (type: string, patch: object): readonly Issue[] => {
  const { medplum } = loaded(patch, type);
  const resource = { ...patch, resourceType: type } as unknown as MedplumResource;
  return runMedplum(medplum, resource, collectInto([]))
    .filter(({ details }) => ofTimes.test(details?.text ?? ''))
    .flatMap(ofMedplum);
};

/** Medplum throws what it finds, and stumbles over structures that are no FHIR at all. */
const runMedplum = (medplum: Medplum, resource: MedplumResource, tokens: CollectedTokens): readonly MedplumIssue[] => {
  try {
    return medplum.validateResource(resource, { collect: { tokens }, base64BinaryMaxBytes: maxBinaryBytes });
  } catch (error) {
    if (error instanceof medplum.OperationOutcomeError) return error.outcome.issue;
    return [
      {
        severity: 'error',
        code: 'structure',
        details: { text: 'cannot be read as a resource of this type' },
        expression: [resource.resourceType],
      },
    ];
  }
};
