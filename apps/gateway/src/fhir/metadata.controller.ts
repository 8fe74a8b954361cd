import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import { WrittenStatement } from '#fhir';
import { Callers, Public, sendWritten } from '#platform';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { fhirJson } from './outcome.js';

const software = { name: 'Reprise', version: '0.1.0' } as const;
/** Of the release, not of the asking: the statement changes with the code only. */
const date = '2026-11-24';

@Controller()
export class MetadataController {
  private readonly written = new WrittenStatement({ mode: 'gateway', software, date });

  @Get('fhir/metadata')
  @Public()
  ofService(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.answer(request, reply, '/fhir');
  }

  @Get('establishments/:finess/fhir/metadata')
  @Callers('sender')
  ofEstablishment(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('finess') finess: string): void {
    this.answer(request, reply, `/establishments/${finess}/fhir`);
  }

  private answer(request: FastifyRequest, reply: FastifyReply, base: string): void {
    const written = this.written.at(`${request.protocol}://${request.host}${base}`);
    sendWritten(request, reply, { ...written, contentType: fhirJson });
  }
}
