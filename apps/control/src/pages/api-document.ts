import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { openApi, Public, sendWritten, writeOnce } from '#platform';
import type { FastifyReply, FastifyRequest } from 'fastify';

const write = (document: object) => writeOnce(JSON.stringify(document), 'application/json; charset=utf-8');
/** Made once the routes are known, by `describeApi`. */
let written = write({});

export const describeApi = (app: NestFastifyApplication): void => {
  written = write(
    openApi(app, {
      title: 'Reprise: control',
      version: '1',
      description:
        'The verbs of `reprise` (contract, section 6). Errors are problem JSON (RFC 9457) with a `code`. Times are RFC 3339; positions and other large numbers are decimal texts.',
    }),
  );
};

/** Says what can be asked, nothing of whom: answers strangers. */
@ApiExcludeController()
@Controller('api/openapi.json')
@Public()
export class ApiDocumentController {
  @Get()
  document(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    sendWritten(request, reply, written);
  }
}
