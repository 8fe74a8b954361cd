import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { STATUS_CODES } from 'node:http';
import type { FailureCode } from '#domain';
import { httpAnswers } from './failure-table.js';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

/** RFC 9457 */
const problem = {
  type: 'object',
  description: 'What went wrong, as problem JSON (RFC 9457).',
  required: ['type', 'title', 'status', 'code'],
  properties: {
    type: { type: 'string', example: 'about:blank' },
    title: { type: 'string', description: 'One sentence.' },
    status: { type: 'integer' },
    code: {
      type: 'string',
      description: `What callers act on: ${Object.keys(httpAnswers).join(', ')}; or http.STATUS`,
    },
    hint: { type: 'string', description: 'What helps.' },
    correlationId: { type: 'string', description: 'The same in the log of the process.' },
  },
};

const codesOf = (status: number): readonly FailureCode[] =>
  (Object.keys(httpAnswers) as FailureCode[]).filter((code) => httpAnswers[code].status === status);

/** Statuses that any route may answer with; a route that takes a body, those as well. */
const ofAll = [400, 401, 403, 404, 409, 422, 500, 503] as const;
const ofBodies = [413, 415] as const;

const answerOf = (status: number): NonNullable<Operation['responses'][string]> => {
  const codes = codesOf(status);
  const title = STATUS_CODES[status] ?? '';
  return {
    description: codes.length === 0 ? title : `${title}: \`${codes.join('`, `')}\``,
    ...(status === 503 && {
      headers: { 'Retry-After': { description: 'seconds', schema: { type: 'integer' } } },
    }),
    content: {
      'application/problem+json': {
        schema: { $ref: '#/components/schemas/Problem' },
        example: {
          type: 'about:blank',
          title: 'a sentence that says what is wrong',
          status,
          code: codes[0] ?? `http.${status}`,
          hint: 'what helps',
        },
      },
    },
  };
};

const methods = ['get', 'put', 'post', 'patch', 'delete'] as const;

/** The OpenAPI document of an app's own routes, with the errors that every one of them may answer. */
export const openApi = (
  app: NestFastifyApplication,
  about: { readonly title: string; readonly version: string; readonly description: string },
): OpenAPIObject => {
  const document = SwaggerModule.createDocument(
    app,
    new DocumentBuilder()
      .setTitle(about.title)
      .setVersion(about.version)
      .setDescription(about.description)
      .addServer('/', 'where this document was read')
      .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'The caller’s token.' })
      .addSecurityRequirements('bearer')
      .build(),
  );
  document.components = { ...document.components, schemas: { ...document.components?.schemas, Problem: problem } };
  for (const path of Object.values(document.paths))
    for (const method of methods) {
      const operation = path[method];
      if (!operation) continue;
      // A route may say in its own words when that is.
      for (const status of operation.requestBody ? [...ofAll, ...ofBodies] : ofAll)
        operation.responses[String(status)] = { ...answerOf(status), ...operation.responses[String(status)] };
    }
  return document;
};
