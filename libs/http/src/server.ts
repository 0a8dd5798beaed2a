import { randomUUID } from 'node:crypto';
import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule } from '@nestjs/swagger';
import type { Settings } from '@rekey/settings';
import { type FastifyInstance, LogController } from 'fastify';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { onUnreadableRequest, onUnreadableUrl } from './before-routes.js';
import { createLog, nestLog } from './log.js';
import { openDocs, registerManners } from './manners.js';
import { type MediaRule, negotiate } from './negotiation.js';
import { describeApi } from './open-api.js';
import { ProbesController, READINESS } from './probes.js';
import { ProblemFilter } from './problem-filter.js';
import { readCertificate, watchCertificate } from './tls.js';

export interface RunningServer {
  /** Where it really listens, without a trailing slash. */
  url: string;
  /** Takes no new requests, lets those under way finish. */
  close(): Promise<void>;
}

export interface ServeOptions {
  name: string;
  module: Type | DynamicModule;
  port: number;
  settings: Pick<Settings, 'listenHost' | 'tls' | 'trustProxy' | 'logLevel'>;
  /** @throws when something that requests need is away */
  ready(): Promise<void>;
  openApi?: { title: string; description: string };
  /** Bytes of a request's body at most; 64 KiB when left out. */
  bodyLimit?: number;
  /** Of routes that take or give something else than JSON. */
  media?: readonly MediaRule[];
  /** Fastify plugins of this process, before its routes. */
  register?(fastify: FastifyInstance): Promise<void>;
}

/** @throws with `code: 'EADDRINUSE'`, `port` and `process` when the port is taken */
export async function serve(options: ServeOptions): Promise<RunningServer> {
  const { app, fastify } = await createApp(options);
  const { listenHost, tls } = options.settings;
  const stopWatching = tls ? watchCertificate(tls, fastify.server as never) : undefined;
  try {
    await app.listen(options.port, listenHost);
  } catch (fault) {
    await app.close();
    throw Object.assign(fault as Error, { port: options.port, process: options.name });
  }
  const address = fastify.server.address();
  const port = typeof address === 'object' && address ? address.port : options.port;
  return {
    url: `${tls ? 'https' : 'http'}://${listenHost}:${port}`,
    close: async () => {
      stopWatching?.();
      await app.close();
    },
  };
}

/** The app without a port, for the OpenAPI file and for tests that inject. */
export async function createApp(
  options: ServeOptions,
): Promise<{ app: NestFastifyApplication; fastify: FastifyInstance }> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const log = createLog({ name: options.name, level: options.settings.logLevel });
  const adapter = new FastifyAdapter({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    bodyLimit: options.bodyLimit ?? 65_536,
    trustProxy: options.settings.trustProxy.length > 0 ? options.settings.trustProxy : false,
    routerOptions: { maxParamLength: 200 },
    frameworkErrors: onUnreadableUrl,
    clientErrorHandler: onUnreadableRequest,
    https: options.settings.tls ? readCertificate(options.settings.tls) : null,
  } as ConstructorParameters<typeof FastifyAdapter>[0]);
  const fastify = adapter.getInstance() as unknown as FastifyInstance;
  await registerManners(fastify, registry);
  negotiate(fastify, options.media);
  if (options.openApi) openDocs(fastify);

  const root = rootModule(options, registry);
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, {
    logger: nestLog(log),
    abortOnError: false,
    forceCloseConnections: false,
  });
  app.useGlobalFilters(new ProblemFilter());
  await options.register?.(fastify);
  if (options.openApi) {
    const { title, description } = options.openApi;
    SwaggerModule.setup('docs', app, () => describeApi(app, { title, description }), {
      jsonDocumentUrl: 'openapi.json',
      yamlDocumentUrl: 'openapi.yaml',
      customSiteTitle: title,
    });
  }
  await app.init();
  return { app, fastify };
}

function rootModule(options: ServeOptions, registry: Registry): DynamicModule {
  @Module({})
  class RootModule {}
  return {
    module: RootModule,
    imports: [options.module],
    controllers: [ProbesController],
    providers: [{ provide: READINESS, useValue: { registry, ready: options.ready } }],
  };
}
