import { Failure } from '#domain';
import { type Query, shownName } from './read-query.js';
import { resourceTypes } from './resource-types.js';
import { searchBounds, tooMuch } from './search-bounds.js';
import type { Draft, QueryParameter } from './search-parameters.js';
import {
  alternatives,
  emptyDraft,
  historyParameters,
  readParameters,
  searchParameters,
  searchShaping,
} from './search-parameters.js';
import type { HistoryRequest, ReadRequest, SearchRequest } from './search-request.js';

/** `Prefer: handling=…` (FHIR R4, section 3.1.1.5); strict unless the caller asks for lenient. */
export type Handling = 'strict' | 'lenient';

const unknown = (name: string, known: readonly QueryParameter[]): Failure =>
  new Failure(
    'input.invalid',
    `the parameter ${shownName(name)} is not known here`,
    `known: ${known.map((one) => [one.name, ...one.modifiers.map((modifier) => `${one.name}:${modifier}`)].join(', ')).join(', ')}; or send Prefer: handling=lenient`,
  );

/** How much a query asks for, parameter after parameter. Refuses the one that is too much, before it is read. */
class Asked {
  private conditions = 0;
  private values = 0;

  /** What shapes the answer alone stands once and counts for nothing; what a lenient search ignores is counted, it is named in the answer. */
  add(name: string, parameter: QueryParameter | undefined, value: string): void {
    if (parameter && parameter.type === undefined) return;
    this.conditions += 1;
    if (this.conditions > searchBounds.conditions) throw tooMuch(name, 'conditions');
    if (!parameter) return;
    this.values += alternatives(value).length;
    if (this.values > searchBounds.values) throw tooMuch(name, 'values');
  }
}

/** Reads a query by a table of parameters. A value that a known parameter cannot have is refused in lenient handling too. */
const readByTable = (
  known: readonly QueryParameter[],
  query: Query,
  handling: Handling,
): { readonly draft: Draft; readonly ignored: readonly string[] } => {
  let draft = emptyDraft;
  const ignored: string[] = [];
  const seen = new Set<string>();
  const asked = new Asked();
  for (const [written, value] of query) {
    const [name = '', modifier, ...more] = written.split(':');
    const parameter = known.find((one) => one.name === name);
    const understood =
      parameter && more.length === 0 && (modifier === undefined || parameter.modifiers.includes(modifier));
    if (!understood) {
      if (handling === 'strict') throw unknown(written, known);
      asked.add(shownName(written), undefined, value);
      ignored.push(shownName(written));
      continue;
    }
    if (seen.has(name) && !parameter.repeats)
      throw new Failure('input.invalid', `the parameter ${name} is there twice`, 'send it once');
    seen.add(name);
    if (value === '')
      throw new Failure('input.invalid', `the parameter ${name} is empty`, 'give it a value or leave it out');
    asked.add(name, parameter, value);
    draft = parameter.read(draft, value, modifier);
  }
  return { draft, ignored };
};

/** `GET {type}?…` or `POST {type}/_search`. Throws `input.invalid` or `input.not-supported`, naming the parameter and never its value. */
export const parseSearch = (type: string, query: Query, handling: Handling = 'strict'): SearchRequest => {
  if (!resourceTypes.has(type))
    throw new Failure('not-found', 'the URL names no resource type of FHIR R4', 'for example Patient');
  const { draft, ignored } = readByTable([...searchParameters(type), ...searchShaping], query, handling);
  return { type, ...draft, ignored };
};

/** `GET {type}/{id}/_history?…` */
export const parseHistory = (query: Query, handling: Handling = 'strict'): HistoryRequest => {
  const { draft, ignored } = readByTable(historyParameters, query, handling);
  const { since, count, cursor, asOf } = draft;
  return {
    count,
    ignored,
    ...(since !== undefined && { since }),
    ...(cursor !== undefined && { cursor }),
    ...(asOf !== undefined && { asOf }),
  };
};

/** `GET {type}/{id}?…` and a version of it. */
export const parseRead = (query: Query, handling: Handling = 'strict'): ReadRequest => {
  const { draft, ignored } = readByTable(readParameters, query, handling);
  return { ignored, ...(draft.asOf !== undefined && { asOf: draft.asOf }) };
};
