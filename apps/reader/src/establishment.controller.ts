import { Controller, Get, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { Failure, Finess, Instant, RecordKey } from '#domain';
import { history, parseHistory, parseRead, parseSearch, resourceTypes, searchset, withMeta } from '#fhir';
import { Callers, type ReaderCaller, TheCaller } from '#platform';
import { type Answer, type Listing, ReadRecords, type StoredVersion, versionIdOf } from '#usecases';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Exchange, type Http, notFound, searchOutcome } from './exchange.js';
import { etagOf, isMatched, modifiedSince } from './not-modified.js';
import { ReaderContext } from './reader-context.js';
import { ByKeys } from './take-turns.js';

type Asked = FastifyRequest<{ Params: { finess: string; type?: string; id?: string; version?: string } }>;

/** One establishment's records under the ids that its senders gave (contract, section 5). */
@Controller('establishments/:finess/fhir')
@Callers('reader')
export class EstablishmentController {
  constructor(
    @Inject(ReaderContext) private readonly context: ReaderContext,
    @Inject(ReadRecords) private readonly reads: ReadRecords,
  ) {}

  @Get(':type/:id')
  @ByKeys()
  async read(@Req() request: Asked, @Res() reply: FastifyReply, @TheCaller() caller: ReaderCaller): Promise<void> {
    const exchange = this.exchange({ request, reply, caller, interaction: 'read' });
    const record = recordIn(request);
    const place = exchange.place(finessIn(request), exchange.ask(parseRead).asOf);
    const answer = await this.reads.read(place, record);
    exchange.reflect([answer.level]);
    const version = present(exchange, answer, RecordKey.type(record));
    const twin = async (): Promise<StoredVersion | undefined> => {
      const page = { limit: 2, madeFor: [] };
      return (await this.reads.history(place, { record }, page)).found.versions[1];
    };
    if (await isUnchanged(request, version, { restored: answer.level.restored, twin })) void reply.code(304).send();
    else exchange.send(contentOf(version), 1);
  }

  @Get(':type/:id/_history/:version')
  @ByKeys()
  async vread(@Req() request: Asked, @Res() reply: FastifyReply, @TheCaller() caller: ReaderCaller): Promise<void> {
    const exchange = this.exchange({ request, reply, caller, interaction: 'vread' });
    const record = recordIn(request);
    const place = exchange.place(finessIn(request), exchange.ask(parseRead).asOf);
    const answer = await this.reads.version(place, record, request.params.version ?? '');
    exchange.reflect([answer.level]);
    const version = present(exchange, answer, RecordKey.type(record));
    exchange.send(contentOf(version), 1);
  }

  @Get(['_history', ':type/_history', ':type/:id/_history'])
  async history(@Req() request: Asked, @Res() reply: FastifyReply, @TheCaller() caller: ReaderCaller): Promise<void> {
    const exchange = this.exchange({ request, reply, caller, interaction: 'history' });
    const { type, id } = request.params;
    const of = id !== undefined ? { record: recordIn(request) } : type !== undefined ? { type: typeIn(request) } : {};
    const { asOf, count, since, cursor } = exchange.ask(parseHistory);
    const path = [type, id, '_history'].filter((part) => part !== undefined).join('/');
    const { level, found } = await this.reads.history(exchange.place(finessIn(request), asOf), of, {
      limit: count,
      madeFor: exchange.madeFor(path),
      ...(since !== undefined && { since }),
      ...(cursor !== undefined && { cursor }),
    });
    exchange.reflect([level]);
    // A record's history is never empty: what has none is not here. A first page may look through events in vain.
    const whole = cursor === undefined && since === undefined && found.next === undefined;
    if (id !== undefined && whole && found.versions.length === 0) throw notFound(type);
    const links = exchange.links(path, found.next);
    exchange.send(historyBundle(exchange.base, links, found), found.versions.length);
  }

  @Get(':type')
  search(@Req() request: Asked, @Res() reply: FastifyReply, @TheCaller() caller: ReaderCaller): Promise<void> {
    return this.answerSearch({ request, reply, caller, interaction: 'search' }, typeIn(request), typeIn(request));
  }

  /** Keeps what identifies a person out of addresses and logs. */
  @Post(':type/_search')
  @HttpCode(200)
  searchByForm(@Req() request: Asked, @Res() reply: FastifyReply, @TheCaller() caller: ReaderCaller): Promise<void> {
    return this.answerSearch(
      { request, reply, caller, interaction: 'search' },
      typeIn(request),
      `${typeIn(request)}/_search`,
    );
  }

  private async answerSearch(http: Http, type: string, path: string): Promise<void> {
    const exchange = this.exchange(http);
    const asked = exchange.ask((query, handling) => parseSearch(type, query, handling));
    const place = exchange.place(finessIn(http.request as Asked), asked.asOf);
    const total =
      asked.countOnly || asked.total === 'accurate' ? (await this.reads.count(place, asked)).found : undefined;
    const { level, found } = await this.reads.search(place, asked, {
      limit: asked.countOnly ? 0 : asked.count,
      madeFor: exchange.madeFor(path),
      ...(asked.cursor !== undefined && { cursor: asked.cursor }),
    });
    exchange.reflect([level]);
    const bundle = searchset({
      links: exchange.links(path, found.next),
      ...(total !== undefined && { total }),
      entries: found.versions.map((version) => ({
        fullUrl: `${exchange.base}/${version.key}`,
        content: contentOf(version),
      })),
      ...searchOutcome(asked, [level], exchange.language),
    });
    exchange.send(bundle, found.versions.length);
  }

  private exchange(http: Http): Exchange {
    const { finess } = (http.request as Asked).params;
    return new Exchange(this.context, http, `${this.context.url}/establishments/${finess}/fhir`);
  }
}

/** The guard has compared it with the caller's. */
const finessIn = ({ params }: Asked): Finess => Finess.parse(params.finess);

/** FHIR R4, section 3.1.0.1: what cannot be a record is not found, like what is none. */
const recordIn = ({ params }: Asked): RecordKey => {
  const key = `${params.type}/${params.id}`;
  if (!RecordKey.matches(key) || !resourceTypes.has(params.type ?? '')) throw notFound();
  return key;
};

const typeIn = ({ params }: Asked): string => {
  if (!resourceTypes.has(params.type ?? ''))
    throw new Failure('not-found', 'no such resource type in FHIR R4', 'for example Patient');
  return params.type ?? '';
};

export const contentOf = (version: StoredVersion): Buffer =>
  withMeta(version.content, {
    id: RecordKey.id(version.key),
    versionId: versionIdOf(version),
    lastUpdated: version.recordedAt,
  });

/** The version with its headers set; 404 and 410 (FHIR R4, section 3.1.0.1.1) are thrown. */
const present = (exchange: Exchange, { found }: Answer<StoredVersion | undefined>, type: string): StoredVersion => {
  if (!found) throw notFound(type);
  const versionId = versionIdOf(found);
  void exchange.http.reply
    .header('ETag', etagOf(versionId))
    .header('Last-Modified', new Date(found.recordedAt).toUTCString());
  if (!found.deleted) return found;
  throw new Failure(
    'gone',
    `the record was deleted: version ${versionId}, recorded ${Instant.iso(found.recordedAt)}`,
    'its earlier versions are in its _history',
  );
};

const isUnchanged = async (
  { headers }: Asked,
  version: StoredVersion,
  state: { readonly restored: boolean; readonly twin: () => Promise<StoredVersion | undefined> },
): Promise<boolean> => {
  const noneMatch = headers['if-none-match'];
  if (noneMatch !== undefined) return isMatched(noneMatch, versionIdOf(version));
  const since = headers['if-modified-since'];
  if (since === undefined) return false;
  const modified = modifiedSince(since, version.recordedAt, state.restored);
  if (modified !== 'same-second') return modified === 'unchanged';
  const before = await state.twin();
  return before === undefined || Math.floor(before.recordedAt / 1000) !== Math.floor(version.recordedAt / 1000);
};

const historyBundle = (base: string, links: { self: string; next?: string }, { versions }: Listing): Buffer =>
  history({
    links,
    entries: versions.map((version) => ({
      fullUrl: `${base}/${version.key}`,
      record: version.key,
      versionId: versionIdOf(version),
      recordedAt: version.recordedAt,
      ...(!version.deleted && { content: contentOf(version) }),
    })),
  });
