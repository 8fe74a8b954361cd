import { Controller, Get, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { Failure } from '#domain';
import { parseSearch, resourceTypes, searchset } from '#fhir';
import { Callers, type ReaderCaller, TheCaller } from '#platform';
import { ReadRecords, type SearchFilter, whenOf } from '#usecases';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { contentOf } from './establishment.controller.js';
import { Exchange, searchOutcome } from './exchange.js';
import { ReaderContext } from './reader-context.js';

type Asked = FastifyRequest<{ Params: { code: string; type: string } }>;

/** Search over the establishments that the caller may see and that this replica holds. */
@Controller('territories/:code/fhir')
@Callers('reader')
export class TerritoryController {
  constructor(
    @Inject(ReaderContext) private readonly context: ReaderContext,
    @Inject(ReadRecords) private readonly reads: ReadRecords,
  ) {}

  @Get(':type')
  search(@Req() request: Asked, @Res() reply: FastifyReply, @TheCaller() caller: ReaderCaller): Promise<void> {
    return this.answer(request, request.params.type, { reply, caller });
  }

  @Post(':type/_search')
  @HttpCode(200)
  searchByForm(@Req() request: Asked, @Res() reply: FastifyReply, @TheCaller() caller: ReaderCaller): Promise<void> {
    return this.answer(request, `${request.params.type}/_search`, { reply, caller });
  }

  private async answer(
    request: Asked,
    path: string,
    { reply, caller }: { readonly reply: FastifyReply; readonly caller: ReaderCaller },
  ): Promise<void> {
    const { code, type } = request.params;
    if (code !== this.context.territory || !resourceTypes.has(type))
      throw new Failure('not-found', 'no such territory or resource type here', 'ask GET /replicas for the territory');
    const base = `${this.context.url}/territories/${code}/fhir`;
    const exchange = new Exchange(this.context, { request, reply, caller, interaction: 'territory-search' }, base);
    const asked = exchange.ask((query, handling) => parseSearch(type, query, handling));
    const where = { scope: caller.establishments, when: whenOf(asked.asOf, exchange.now) };
    const found = await this.reads.searchTerritory(where, asked, {
      limit: asked.countOnly ? 0 : asked.count,
      madeFor: exchange.madeFor(path),
      ...(asked.cursor !== undefined && { cursor: asked.cursor }),
    });
    exchange.reflect(found.levels);
    const wantsTotal = asked.countOnly || asked.total === 'accurate';
    const bundle = searchset({
      links: exchange.links(path, found.next),
      ...(wantsTotal && { total: await this.total(where, asked, found.levels) }),
      entries: found.entries.map(({ establishment, version }) => ({
        fullUrl: `${this.context.url}/establishments/${establishment}/fhir/${version.key}`,
        content: contentOf(version),
      })),
      ...searchOutcome(asked, found.levels, exchange.language),
    });
    exchange.send(bundle, found.entries.length);
  }

  private async total(
    where: Parameters<ReadRecords['searchTerritory']>[0],
    filter: SearchFilter,
    levels: Awaited<ReturnType<ReadRecords['levels']>>,
  ): Promise<number> {
    let sum = 0;
    // One after the other: a search takes one connection.
    for (const { establishment } of levels) sum += (await this.reads.count({ ...where, establishment }, filter)).found;
    return sum;
  }
}
