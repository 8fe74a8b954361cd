import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import { WrittenStatement } from '#fhir';
import { Callers, fhirJson, Public, release, sendWritten } from '#platform';
import type { FastifyReply, FastifyRequest } from 'fastify';

@Controller()
export class MetadataController {
  private readonly written = new WrittenStatement({ mode: 'gateway', ...release });

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
