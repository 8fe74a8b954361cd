import { Controller, Get } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { openApi, Public } from '#platform';

/** Made once the routes are known, by `describeApi`. */
let document: object = {};

export const describeApi = (app: NestFastifyApplication): void => {
  document = openApi(app, {
    title: 'Reprise: control',
    version: '1',
    description:
      'The verbs of `reprise` (contract, section 6). Errors are problem JSON (RFC 9457) with a `code`. Times are RFC 3339; positions and other large numbers are decimal texts.',
  });
};

/** Says what can be asked, nothing of whom: answers strangers. */
@ApiExcludeController()
@Controller('api/openapi.json')
@Public()
export class ApiDocumentController {
  @Get()
  document(): object {
    return document;
  }
}
