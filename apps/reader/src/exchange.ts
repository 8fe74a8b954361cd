import { Failure, type Finess, Instant } from '#domain';
import {
  type Handling,
  type Issue,
  type Language,
  operationOutcome,
  type OperationOutcome,
  type Query,
  readQuery,
  resourceTypes,
  searchRule,
  type SearchRequest,
} from '#fhir';
import { accessOf, fhirJson, type ReaderCaller } from '#platform';
import { ageSeconds, assertFresh, type Level, parseMaxAge, type Place, watermark, whenOf } from '#usecases';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { assertJsonWanted } from './json-only.js';
import { readForm } from './read-form.js';
import type { ReaderContext } from './reader-context.js';

/** FHIR R4, section 3.1; `territory-search` is a search over all establishments that the caller may see. */
export type Interaction = 'read' | 'vread' | 'history' | 'search' | 'territory-search';

export interface Http {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly caller: ReaderCaller;
  readonly interaction: Interaction;
}

/** Node gives an address byte by byte, as Latin-1. */
export const queryOf = ({ url }: FastifyRequest): Query => {
  const at = url.indexOf('?');
  return at < 0 ? [] : readQuery(Buffer.from(url.slice(at + 1), 'latin1'));
};

export const languageOf = ({ headers }: FastifyRequest): Language =>
  /^\s*fr\b/i.test(headers['accept-language'] ?? '') ? 'fr' : 'en';

/** One question of one caller, and its answer: what all of them have in common. */
export class Exchange {
  readonly now: Instant;
  private readonly query: Query;
  /** Where a body was sent, what is in it is part of the question. */
  private readonly form: Query;

  constructor(
    readonly context: ReaderContext,
    readonly http: Http,
    /** Address that the links of the answer begin with. */
    readonly base: string,
  ) {
    const { type } = http.request.params as { readonly type?: string };
    const isOfType = type !== undefined && resourceTypes.has(type);
    accessOf(http.request).note({ interaction: isOfType ? `${http.interaction} ${type}` : http.interaction });
    this.query = queryOf(http.request);
    this.form = readForm(http.request);
    assertJsonWanted(http.request, [...this.query, ...this.form]);
    this.now = context.now();
  }

  /** FHIR R4, section 3.1.1.5. */
  private get handling(): Handling {
    return /\bhandling=lenient\b/.test(String(this.http.request.headers.prefer ?? '')) ? 'lenient' : 'strict';
  }

  /** Of what is said beside the records. */
  get language(): Language {
    return languageOf(this.http.request);
  }

  /** Reads the question. What the door of FHIR does not support is, in a question, a wrong question: FHIR R4, section 3.1.1.4.1. */
  ask<T>(parse: (query: Query, handling: Handling) => T): T {
    try {
      return parse([...this.query, ...this.form], this.handling);
    } catch (error) {
      if (!Failure.is(error)) throw error;
      throw Failure.is(error, 'input.not-supported') ? new Failure('input.invalid', error.message, error.hint) : error;
    }
  }

  place(establishment: Finess, asOf: Instant | undefined): Place {
    return { scope: this.http.caller.establishments, establishment, when: whenOf(asOf, this.now) };
  }

  /** Says how old the answer is, and refuses it where that is older than the caller can use. */
  reflect(levels: readonly Level[]): void {
    const { request, reply } = this.http;
    if (levels.length > 0) {
      void reply.header('Reprise-Watermark', watermark(levels, this.now));
      accessOf(request).note({ ageSeconds: Math.max(...levels.map((level) => ageSeconds(level, this.now))) });
    }
    const maxAge = request.headers['reprise-max-age'];
    if (maxAge !== undefined) assertFresh(levels, parseMaxAge(String(maxAge)), this.now);
  }

  /** Who, when, at which address, which question: a cursor goes with these. */
  madeFor(path: string): readonly string[] {
    const question = [...this.query, ...this.form].filter(([name]) => name !== '_cursor').map((pair) => pair.join('='));
    return [this.http.caller.name, this.base, path, ...question];
  }

  /**
   * The page's own address and the next one's. A search that was sent as a form stays one: what identifies a person is not
   * moved into an address; the next page is asked for with the same form.
   */
  links(path: string, next: string | undefined): { readonly self: string; readonly next?: string } {
    const pairs = this.query.map(([name, value]): [string, string] => [name, value]);
    const address = (query: URLSearchParams): string =>
      query.size === 0 ? `${this.base}/${path}` : `${this.base}/${path}?${query.toString()}`;
    const following = new URLSearchParams(pairs.filter(([name]) => name !== '_cursor'));
    if (next !== undefined) following.set('_cursor', next);
    return { self: address(new URLSearchParams(pairs)), ...(next !== undefined && { next: address(following) }) };
  }

  /** `count`: how many records the body holds. */
  send(body: Buffer | string, count: number): void {
    accessOf(this.http.request).note({ count });
    void this.http.reply.header('Content-Type', fhirJson).send(body);
  }
}

/** Results and documents name visits of which no message may have told (yet): their reference holds the number as well. */
const hintFor = (type: string): string =>
  type === 'Encounter'
    ? 'of a visit that was only named, by results or documents, the number stands in their encounter.identifier: search Encounter by that identifier, or wait until the visit is told'
    : 'check type and id, or ask the establishment that has it';

export const notFound = (type = ''): Failure => new Failure('not-found', 'no such record here', hintFor(type));

/** What a search left out is said in it: parameters that a lenient one ignores, and names that are not indexed in every spelling yet. */
export const searchOutcome = (
  asked: SearchRequest,
  levels: readonly Level[],
  language: Language,
): { readonly outcome?: OperationOutcome } => {
  const ignored = asked.ignored.map(
    (name): Issue => ({
      severity: 'warning',
      code: 'not-supported',
      text: `the parameter ${name} is not known here and was left out`,
      location: '',
    }),
  );
  const behind = levels
    .filter(({ searchVersion }) => searchVersion !== undefined && searchRule.mayLack(asked, searchVersion))
    .map(
      ({ establishment }): Issue => ({
        severity: 'warning',
        code: 'incomplete',
        text: `${establishment}: the search index is being computed anew; until then a name may be found only as it was written`,
        location: '',
      }),
    );
  const issues = [...ignored, ...behind];
  return issues.length === 0 ? {} : { outcome: operationOutcome(issues, language) };
};
