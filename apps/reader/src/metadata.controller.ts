import { Controller, Get, Header, Inject, Req } from '@nestjs/common';
import { Failure } from '#domain';
import { capabilityStatement } from '#fhir';
import { Callers, Public } from '#platform';
import type { FastifyRequest } from 'fastify';
import { fhirJson, queryOf } from './exchange.js';
import { assertJsonWanted } from './json-only.js';
import { ReaderContext } from './reader-context.js';
import { ByKeys } from './take-turns.js';

const software = { name: 'Reprise', version: '0.1.0' };
const releasedOn = '2026-11-24';

/** What can be asked at each base; says nothing of whom this server holds. */
@Controller()
@ByKeys()
export class MetadataController {
  constructor(@Inject(ReaderContext) private readonly context: ReaderContext) {}

  @Get('fhir/metadata')
  @Public()
  @Header('Content-Type', fhirJson)
  server(@Req() request: FastifyRequest): string {
    return this.statement(request, 'reader', '/establishments/{finess}/fhir');
  }

  @Get('establishments/:finess/fhir/metadata')
  @Callers('reader')
  @Header('Content-Type', fhirJson)
  establishment(@Req() request: FastifyRequest<{ Params: { finess: string } }>): string {
    return this.statement(request, 'reader', `/establishments/${request.params.finess}/fhir`);
  }

  @Get('territories/:code/fhir/metadata')
  @Callers('reader')
  @Header('Content-Type', fhirJson)
  territory(@Req() request: FastifyRequest<{ Params: { code: string } }>): string {
    if (request.params.code !== this.context.territory)
      throw new Failure('not-found', 'no such territory here', 'ask GET /replicas for the territory');
    return this.statement(request, 'territory', `/territories/${this.context.territory}/fhir`);
  }

  private statement(request: FastifyRequest, mode: 'reader' | 'territory', path: string): string {
    assertJsonWanted(request, queryOf(request));
    const url = `${this.context.url}${path}`;
    return JSON.stringify(capabilityStatement({ mode, software, url, date: releasedOn }));
  }
}
