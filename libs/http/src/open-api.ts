import type { DynamicModule, INestApplication, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { clientScheme } from './operation.js';
import { servedModule } from './root.module.js';

export interface ApiTitle {
  title: string;
  description: string;
}

/** The OpenAPI 3.1 document of an app, from what its routes say in `@Operation`. */
export function describeApi(app: INestApplication, about: ApiTitle): OpenAPIObject {
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

/** The same of a module whose providers are not made: nothing is opened. */
export async function describeModule(module: Type | DynamicModule, about: ApiTitle): Promise<OpenAPIObject> {
  const nothing = {} as never;
  const parts = { name: 'described', settings: {}, clock: nothing, log: nothing, telemetry: nothing };
  const root = servedModule(module, { ...parts, resources: nothing, leaving: nothing });
  const app = await NestFactory.create(root, new FastifyAdapter(), {
    preview: true,
    logger: false,
    abortOnError: false,
  });
  const document = describeApi(app, about);
  await app.close();
  return document;
}
