import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { clientScheme } from './operation.js';

/** The OpenAPI 3.1 document of an app, from what its routes say in `@Operation`. */
export function describeApi(
  app: NestFastifyApplication,
  about: { title: string; description: string },
): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle(about.title)
    .setDescription(about.description)
    .setVersion('1')
    .addBearerAuth({ type: 'http', scheme: 'bearer' })
    .addBasicAuth({ type: 'http', scheme: 'basic', description: 'A confidential client' }, clientScheme)
    .build();
  return SwaggerModule.createDocument(app, config);
}
