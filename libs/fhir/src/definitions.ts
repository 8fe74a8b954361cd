import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { resourceTypes } from './resource-types.js';

export type Medplum = typeof import('@medplum/core');

const year = String.raw`(\d(\d(\d[1-9]|[1-9]0)|[1-9]00)|[1-9]000)`;
const month = '(0[1-9]|1[0-2])';
const day = String.raw`(0[1-9]|[12]\d|3[01])`;
const time = String.raw`T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?(Z|[+-]((0\d|1[0-3]):[0-5]\d|14:00))`;
/**
 * The expressions of FHIR R4 itself (section 2.24.0.1): a time has its seconds and its zone. Medplum's own also take a time without
 * a zone, a zone without a time, and hours alone.
 */
const momentsOfR4 = {
  dateTime: new RegExp(`^${year}(-${month}(-${day}(${time})?)?)?$`),
  instant: new RegExp(`^${year}-${month}-${day}${time}$`),
};

/** Loaded with the first resource that is validated: it costs 0.1 s and 50 MB, which followers and readers never need. */
const loadMedplum = (): Medplum => {
  const medplum = createRequire(import.meta.url)('@medplum/core') as Medplum;
  Object.assign(medplum.validationRegexes, momentsOfR4);
  return medplum;
};

/** What `slim-definitions.mjs` writes. A StructureDefinition is opaque here: Medplum reads it. */
type StructureDefinition = Parameters<Medplum['loadDataType']>[0];
interface Head {
  readonly types: readonly StructureDefinition[];
  readonly resources: readonly string[];
  readonly codes: Readonly<Record<string, readonly string[]>>;
}

const place = join('libs', 'fhir', 'generated', 'definitions.ndjson');

/** Upwards from this file, because it runs from the sources and from `dist`. */
const pathOfDefinitions = (): string => {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    const path = join(folder, place);
    if (existsSync(path)) return path;
    if (folder === dirname(folder)) throw new Error(`${place} is missing: run node libs/fhir/slim-definitions.mjs`);
  }
};

/** The definitions, read once and indexed type by type as resources of the type come. */
export class DefinitionIndex {
  /** Definitions that no resource has asked for yet, as JSON. */
  private readonly waiting: Map<string, string>;
  private readonly allowed: ReadonlyMap<string, ReadonlySet<string>>;

  private constructor(
    readonly medplum: Medplum,
    ndjson: string,
  ) {
    const [, head = '', ...lines] = ndjson.split('\n');
    const { types, resources, codes } = JSON.parse(head) as Head;
    for (const type of types) medplum.loadDataType(type);
    this.waiting = new Map(resources.map((type, index) => [type, lines[index] ?? '']));
    this.allowed = new Map(Object.entries(codes).map(([valueSet, list]) => [valueSet, new Set(list)]));
  }

  private static only: DefinitionIndex | undefined;
  static get(): DefinitionIndex {
    DefinitionIndex.only ??= new DefinitionIndex(loadMedplum(), readFileSync(pathOfDefinitions(), 'utf8'));
    return DefinitionIndex.only;
  }

  /** Idempotent; a type that R4 does not have stays unknown. */
  load(type: string): void {
    const definition = resourceTypes.has(type) ? this.waiting.get(type) : undefined;
    if (definition === undefined) return;
    this.medplum.loadDataType(JSON.parse(definition) as StructureDefinition);
    this.waiting.delete(type);
  }

  /** Codes of a value set that the definitions list in full; undefined where they do not. */
  codes(valueSet: string): ReadonlySet<string> | undefined {
    return this.allowed.get(valueSet);
  }
}
