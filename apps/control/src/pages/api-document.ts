import { Controller, Get } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Callers, openApi } from '#platform';

/** Made once the routes are known, by `describeApi`. */
let document: object = {};

export const describeApi = (app: NestFastifyApplication): void => {
  document = openApi(app, {
    title: 'Reprise: control',
    version: '1',
    description: 'The verbs of `reprise` (contract, section 6). Errors are problem JSON (RFC 9457) with a `code`.',
  });
};

@ApiExcludeController()
@Controller('api/openapi.json')
@Callers('operator', 'sender', 'reader')
export class ApiDocumentController {
  @Get()
  document(): object {
    return document;
  }
}
