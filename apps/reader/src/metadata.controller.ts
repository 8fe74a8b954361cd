import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { Failure } from '#domain';
import { WrittenStatement } from '#fhir';
import { Callers, fhirJson, Public, release, sendWritten } from '#platform';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { queryOf } from './exchange.js';
import { assertJsonWanted } from './json-only.js';
import { ReaderContext } from './reader-context.js';
import { ByKeys } from './take-turns.js';

/** What can be asked at each base; says nothing of whom this server holds. */
@Controller()
@ByKeys()
export class MetadataController {
  private readonly written = {
    reader: new WrittenStatement({ mode: 'reader', ...release }),
    territory: new WrittenStatement({ mode: 'territory', ...release }),
  } as const;

  constructor(@Inject(ReaderContext) private readonly context: ReaderContext) {}

  @Get('fhir/metadata')
  @Public()
  server(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.answer(request, reply, this.written.reader.at(`${this.context.url}/establishments/{finess}/fhir`));
  }

  @Get('establishments/:finess/fhir/metadata')
  @Callers('reader')
  establishment(@Req() request: FastifyRequest<{ Params: { finess: string } }>, @Res() reply: FastifyReply): void {
    const url = `${this.context.url}/establishments/${request.params.finess}/fhir`;
    this.answer(request, reply, this.written.reader.at(url));
  }

  @Get('territories/:code/fhir/metadata')
  @Callers('reader')
  territory(@Req() request: FastifyRequest<{ Params: { code: string } }>, @Res() reply: FastifyReply): void {
    const { territory, url } = this.context;
    if (request.params.code !== territory)
      throw new Failure('not-found', 'no such territory here', 'ask GET /replicas for the territory');
    this.answer(request, reply, this.written.territory.at(`${url}/territories/${territory}/fhir`));
  }

  private answer(
    request: FastifyRequest,
    reply: FastifyReply,
    written: { readonly bytes: Buffer; readonly etag: string },
  ): void {
    assertJsonWanted(request, queryOf(request));
    sendWritten(request, reply, { ...written, contentType: fhirJson });
  }
}
