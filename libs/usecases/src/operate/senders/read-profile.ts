import { isMap, isPair, isScalar, isSeq, LineCounter, parseDocument, type Node, type Pair, type YAMLMap } from 'yaml';
import type { Sender } from '#domain';
import { nearestOf } from '../nearest.js';
import { type Field, type Fields, profileDefaults, profileFields, type Sentence } from './profile-fields.js';
import { yamlFaults } from './yaml-faults.js';

/** A sender as its file declares it; its incarnation is an operator's word, and no file's. */
export type Profile = Omit<Sender, 'incarnation'>;

export interface ProfileFault {
  readonly file: string;
  /** From 1; in characters. */
  readonly line: number;
  readonly column: number;
  /** `hl7.loinc.GLU.code`; empty where the whole file is meant. */
  readonly field: string;
  /** Stable, kebab-case: `one-of`, `unknown-field`, `yaml`… */
  readonly rule: string;
  readonly wrong: Sentence;
  readonly remedy: Sentence;
}

export interface ReadProfile {
  /** Undefined where there are faults. */
  readonly profile: Profile | undefined;
  /** Where its name stands, for what only several profiles together get wrong. */
  readonly at: (field: 'name' | 'finess') => { readonly line: number; readonly column: number };
  readonly faults: readonly ProfileFault[];
}

const sentences = {
  encoding: [
    { fr: "le fichier n'est pas en UTF-8", en: 'the file is not in UTF-8' },
    { fr: "l'enregistrer en UTF-8", en: 'save it as UTF-8' },
  ],
  'not-a-map': [
    { fr: 'il faut des champs « nom: valeur »', en: 'fields are expected, "name: value"' },
    { fr: 'un exemple : deploy/senders/his-exemple.yaml', en: 'an example: deploy/senders/his-exemple.yaml' },
  ],
  'not-a-list': [
    { fr: 'il faut une liste', en: 'a list is expected' },
    { fr: 'commencer chaque élément par « - »', en: 'begin each item with "- "' },
  ],
  'not-a-text': [
    { fr: 'il faut une seule valeur', en: 'one value is expected' },
    { fr: 'écrire « nom: valeur »', en: 'write "name: value"' },
  ],
  empty: [
    { fr: 'la valeur manque', en: 'the value is missing' },
    { fr: 'donner une valeur, ou retirer le champ', en: 'give a value, or leave the field out' },
  ],
  missing: [
    { fr: 'ce champ est obligatoire', en: 'this field is required' },
    { fr: "l'ajouter", en: 'add it' },
  ],
  alias: [
    { fr: 'les ancres et alias YAML ne sont pas admis', en: 'anchors and aliases of YAML are not taken' },
    { fr: 'écrire la valeur elle-même', en: 'write the value itself' },
  ],
} as const satisfies Record<string, readonly [Sentence, Sentence]>;

const duplicate: Sentence = { fr: 'ce champ est donné deux fois', en: 'this field is given twice' };
const givenTwice: Sentence = { fr: 'cette valeur est donnée deux fois', en: 'this value is given twice' };
const onlyOnce: Sentence = { fr: "n'en garder qu'un", en: 'keep one of them' };

type Value = string | readonly Value[] | { readonly [member: string]: Value };

/** One file while it is read: gathers faults, and where things stand. */
class Reading {
  readonly faults: ProfileFault[] = [];
  readonly places = new Map<string, number>();

  constructor(
    readonly file: string,
    private readonly lines: LineCounter,
  ) {}

  place(offset: number): { readonly line: number; readonly column: number } {
    const { line, col } = this.lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  }

  fault(offset: number, field: string, rule: string, wrong: Sentence, remedy: Sentence): void {
    this.faults.push({ file: this.file, ...this.place(offset), field, rule, wrong, remedy });
  }

  say(offset: number, field: string, rule: keyof typeof sentences): void {
    const [wrong, remedy] = sentences[rule];
    this.fault(offset, field, rule, wrong, remedy);
  }
}

const offsetOf = (node: unknown, otherwise: number): number =>
  typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)
    ? Number(node.range[0])
    : otherwise;

const pairsOf = (map: YAMLMap): readonly Pair[] => map.items.filter((item) => isPair(item));

const under = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

const unknownField = (reading: Reading, offset: number, path: string, name: string, known: readonly string[]): void => {
  const [near] = nearestOf(name, known, 1);
  const all = known.join(', ');
  const [fr, en] = near ? [`vouliez-vous dire ${near} ? `, `did you mean ${near}? `] : ['', ''];
  reading.fault(
    offset,
    under(path, name),
    'unknown-field',
    { fr: 'champ inconnu', en: 'not a field that is known' },
    { fr: `${fr}champs d'ici : ${all}`, en: `${en}fields here: ${all}` },
  );
};

const readField = (
  reading: Reading,
  field: Field,
  node: unknown,
  path: string,
  keyOffset: number,
): Value | undefined => {
  const offset = offsetOf(node, keyOffset);
  if (field.kind === 'map') return readMap(reading, field.of, node, path, keyOffset);
  if (field.kind === 'codes') return readCodes(reading, field.of, node, path, keyOffset);
  if (field.kind === 'list') return readList(reading, field, node, path, keyOffset);
  if (!isScalar(node) || typeof node.value !== 'string') {
    reading.say(offset, path, node === null ? 'empty' : 'not-a-text');
    return undefined;
  }
  const { value } = node;
  const { rule } = field;
  if (value === '') reading.say(keyOffset, path, 'empty');
  else if (!rule.holds(value)) reading.fault(offset, path, rule.name, rule.wrong, rule.remedy);
  else return value;
  return undefined;
};

/** The entries of a map, each key once; what is no map is told. */
const entriesOf = (
  reading: Reading,
  node: unknown,
  path: string,
  keyOffset: number,
): readonly (readonly [name: string, offset: number, value: unknown])[] => {
  if (!isMap(node)) {
    const empty = isScalar(node) && node.value === '';
    reading.say(empty ? keyOffset : offsetOf(node, keyOffset), path, 'not-a-map');
    return [];
  }
  return pairsOf(node).flatMap(({ key, value }) => {
    const offset = offsetOf(key, keyOffset);
    if (isScalar(key) && typeof key.value === 'string') return [[key.value, offset, value] as const];
    reading.say(offset, path, 'not-a-text');
    return [];
  });
};

const readMap = (reading: Reading, fields: Fields, node: unknown, path: string, keyOffset: number): Value => {
  const read: Record<string, Value> = {};
  const given = new Set<string>();
  const known = Object.keys(fields);
  const entries = entriesOf(reading, node, path, keyOffset);
  for (const [name, offset, value] of entries) {
    given.add(name);
    reading.places.set(under(path, name), offset);
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (!field) unknownField(reading, offset, path, name, known);
    else {
      const made = readField(reading, field, value, under(path, name), offset);
      if (made !== undefined) read[name] = made;
    }
  }
  if (!isMap(node)) return read;
  for (const [name, field] of Object.entries(fields))
    if (field.kind === 'text' && field.required && !given.has(name))
      reading.say(keyOffset, under(path, name), 'missing');
  return read;
};

const readCodes = (reading: Reading, of: Fields, node: unknown, path: string, keyOffset: number): Value => {
  const read: Record<string, Value> = {};
  for (const [code, offset, value] of entriesOf(reading, node, path, keyOffset))
    read[code] = readMap(reading, of, value, under(path, code), offset);
  return read;
};

const readList = (
  reading: Reading,
  { of, key }: Extract<Field, { kind: 'list' }>,
  node: unknown,
  path: string,
  keyOffset: number,
): Value => {
  if (!isSeq(node)) {
    reading.say(offsetOf(node, keyOffset), path, 'not-a-list');
    return [];
  }
  const given = new Set<Value>();
  return node.items.map((item, index) => {
    const offset = offsetOf(item, keyOffset);
    const read = readMap(reading, of, item, `${path}[${index + 1}]`, offset);
    const value = typeof read === 'object' && key in read ? (read as Readonly<Record<string, Value>>)[key] : undefined;
    if (value !== undefined && given.has(value))
      reading.fault(offset, `${path}[${index + 1}].${key}`, 'duplicate', givenTwice, onlyOnce);
    if (value !== undefined) given.add(value);
    return read;
  });
};

const nodesWithin = (node: unknown): readonly Node[] => {
  if (isMap(node))
    return [node, ...pairsOf(node).flatMap(({ key, value }) => [...nodesWithin(key), ...nodesWithin(value)])];
  if (isSeq(node)) return [node, ...node.items.flatMap(nodesWithin)];
  return typeof node === 'object' && node !== null ? [node as Node] : [];
};

const decoded = (bytes: Uint8Array): string | undefined => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
};

/**
 * A profile from its YAML file. Every value is the text that it was written as (YAML's failsafe schema): 010000024 keeps its
 * zeros, `no` is no boolean. Everything that is wrong is told at once, each with its place, its rule and what to do.
 */
export const readProfile = (file: string, bytes: Uint8Array): ReadProfile => {
  const lines = new LineCounter();
  const reading = new Reading(file, lines);
  const at = (field: 'name' | 'finess') => reading.place(reading.places.get(field) ?? 0);
  const text = decoded(bytes);
  if (text === undefined) {
    reading.say(0, '', 'encoding');
    return { profile: undefined, at, faults: reading.faults };
  }
  const document = parseDocument(text, { schema: 'failsafe', lineCounter: lines, prettyErrors: false, version: '1.2' });
  for (const { code, pos } of [...document.errors, ...document.warnings])
    if (code === 'DUPLICATE_KEY') reading.fault(pos[0], '', 'duplicate', duplicate, onlyOnce);
    else
      reading.fault(
        pos[0],
        '',
        'yaml',
        { fr: `YAML illisible : ${yamlFaults[code].fr}`, en: `not readable as YAML: ${yamlFaults[code].en}` },
        { fr: 'vérifier retraits, guillemets et deux-points', en: 'look at indentation, quotes and colons' },
      );
  for (const node of nodesWithin(document.contents))
    if (('anchor' in node && node.anchor) || node.constructor.name === 'Alias')
      reading.say(offsetOf(node, 0), '', 'alias');
  // What does not parse would only be told again, as fields that are missing.
  if (reading.faults.some(({ rule }) => rule === 'yaml')) return { profile: undefined, at, faults: reading.faults };
  const value = readMap(reading, profileFields, document.contents, '', 0);
  const faults = reading.faults.toSorted((a, b) => a.line - b.line || a.column - b.column);
  if (faults.length > 0) return { profile: undefined, at, faults };
  // Every member was held to its rule above, and the table has the type's own members.
  return { profile: { ...profileDefaults, ...(value as object) } as Profile, at, faults };
};

/** `file:line:column: field: what is wrong (rule) -> what to do`, which terminals and editors follow to the place. */
export const faultLine = (fault: ProfileFault, language: keyof Sentence): string => {
  const { file, line, column, field, rule, wrong, remedy } = fault;
  const colon = language === 'fr' ? '\u00a0: ' : ': ';
  return `${file}:${line}:${column}: ${field === '' ? '' : `${field}${colon}`}${wrong[language]} (${rule}) -> ${remedy[language]}`;
};
