import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

/** The OpenAPI document of an app's own routes; serve it from a controller, so that the guard stands before it. */
export const openApi = (
  app: NestFastifyApplication,
  about: { readonly title: string; readonly version: string; readonly description: string },
): OpenAPIObject =>
  SwaggerModule.createDocument(
    app,
    new DocumentBuilder()
      .setTitle(about.title)
      .setVersion(about.version)
      .setDescription(about.description)
      .addBearerAuth()
      .addSecurityRequirements('bearer')
      .build(),
  );
