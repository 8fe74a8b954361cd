import { Controller, Get, Header, Param, Req } from '@nestjs/common';
import { capabilityStatement } from '#fhir';
import { Callers, Public } from '#platform';
import type { FastifyRequest } from 'fastify';
import { fhirJson } from './outcome.js';

const software = { name: 'Reprise', version: '0.1.0' } as const;
/** Of the release, not of the asking: the statement changes with the code only. */
const date = '2026-11-24';

const statement = (request: FastifyRequest, base: string): string =>
  JSON.stringify(
    capabilityStatement({ mode: 'gateway', software, url: `${request.protocol}://${request.host}${base}`, date }),
  );

@Controller()
export class MetadataController {
  @Get('fhir/metadata')
  @Public()
  @Header('Content-Type', fhirJson)
  ofService(@Req() request: FastifyRequest): string {
    return statement(request, '/fhir');
  }

  @Get('establishments/:finess/fhir/metadata')
  @Callers('sender')
  @Header('Content-Type', fhirJson)
  ofEstablishment(@Req() request: FastifyRequest, @Param('finess') finess: string): string {
    return statement(request, `/establishments/${finess}/fhir`);
  }
}
