import type { DynamicModule, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule } from '@nestjs/swagger';
import { type Clock, systemClock } from '@rekey/kernel';
import type { Settings } from '@rekey/settings';
import type { Telemetry } from '@rekey/telemetry';
import { type FastifyInstance, LogController } from 'fastify';
import { openDocs, registerAccessLog } from './access-log.js';
import { readBodies } from './body-parsers.js';
import { registerCorrelation, requestIdOf } from './correlation.js';
import { type CrossOrigin, openToOrigins } from './cross-origin.js';
import { registerClientIp, TrustedProxies } from './forwarded.js';
import {
  type ArrivalTimes,
  endIncompleteRequests,
  nodeTimes,
  usualArrivalTimes,
} from './incomplete-requests.js';
import { Leaving } from './leaving.js';
import { createLog, nestLog } from './log.js';
import { onConnect, onMalformedRequest, onMalformedUrl } from './malformed-requests.js';
import { negotiate } from './negotiation.js';
import { describeApi } from './open-api.js';
import { ProblemFilter } from './problem-filter.js';
import { Readiness } from './readiness.js';
import { refuseTargets, rewriteTarget } from './request-target.js';
import { Resources } from './resources.js';
import { servedModule } from './root.module.js';
import { readCertificate } from './tls.js';

/** What an app is made of, with or without an HTTP server. */
export interface AppOptions {
  name: string;
  module: Type | DynamicModule;
  settings: Pick<Settings, 'listenHost' | 'tls' | 'trustProxy' | 'logLevel' | 'metricsToken' | 'tracing'> &
    Partial<Pick<Settings, 'drainMs' | 'keyring'>>;
  clock?: Clock;
  /** Closed by the caller; when left out, the app opens one of its own and closes it. */
  telemetry?: Telemetry;
}

export interface ServeOptions extends AppOptions {
  port: number;
  /** Only the operator of the process can reach the port: all metrics are shown, also without a token. */
  isPrivate?: boolean;
  /** A further check of readiness, beside those of the providers. @throws when something that requests need is away */
  ready?(): Promise<void>;
  openApi?: { title: string; description: string };
  /** Bytes of a request's body at most; 64 KiB when left out. */
  bodyLimit?: number;
  /** How long a request may take to arrive; the usual when left out. */
  arrival?: ArrivalTimes;
  /** What pages of other origins may call; nothing when left out. */
  crossOrigin?: CrossOrigin;
  /** Fastify plugins of this process, before its routes; `app` has the providers. */
  register?(fastify: FastifyInstance, app: NestFastifyApplication): Promise<void>;
}

/** The app without a port, for tests that inject. */
export async function createApp(
  options: ServeOptions & { telemetry: Telemetry },
  resources = new Resources(),
): Promise<{ app: NestFastifyApplication; fastify: FastifyInstance }> {
  const { settings, telemetry } = options;
  const log = createLog({ name: options.name, level: settings.logLevel });
  const proxies = new TrustedProxies(settings.trustProxy);
  const arrival = options.arrival ?? usualArrivalTimes;
  const adapter = new FastifyAdapter({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request_id' }),
    genReqId: requestIdOf(proxies),
    bodyLimit: options.bodyLimit ?? 65_536,
    routerOptions: { maxParamLength: 200 },
    // What still arrives while we leave is answered as ever: Fastify's own 503 is no problem document and does not say when
    // to come again.
    return503OnClosing: false,
    rewriteUrl: rewriteTarget,
    frameworkErrors: onMalformedUrl,
    clientErrorHandler: onMalformedRequest,
    http: nodeTimes(arrival),
    https: settings.tls ? { ...nodeTimes(arrival), ...readCertificate(settings.tls) } : null,
  } as ConstructorParameters<typeof FastifyAdapter>[0]);
  const fastify = adapter.getInstance() as unknown as FastifyInstance;
  readBodies(adapter, fastify);
  const leaving = new Leaving();
  endConnectionsWhenLeaving(fastify, leaving);
  fastify.server.on('connect', onConnect);
  registerClientIp(fastify, proxies);
  registerCorrelation(fastify, telemetry, proxies, () => settings.keyring);
  registerAccessLog(fastify, telemetry);
  refuseTargets(fastify);
  endIncompleteRequests(fastify, arrival);
  if (options.crossOrigin) await openToOrigins(fastify, options.crossOrigin);
  negotiate(fastify);
  if (options.openApi) openDocs(fastify);

  const { name, module, clock = systemClock, isPrivate } = options;
  const root = servedModule(module, { name, settings, clock, log, telemetry, resources, leaving }, isPrivate);
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, {
    logger: nestLog(log),
    abortOnError: false,
    forceCloseConnections: false,
  });
  const readiness = app.get(Readiness);
  readiness.needs('process', async () => {
    if (leaving.begun) throw new Error('the process shuts down');
    await options.ready?.();
  });
  app.useGlobalFilters(new ProblemFilter());
  telemetry.gauge('ready', async () => {
    const failing = (await readiness.failing()).map(({ name }) => name);
    return readiness.names.map((part) => ({ labels: { part }, value: failing.includes(part) ? 0 : 1 }));
  });
  await options.register?.(fastify, app);
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

/** An answer that is given while we leave is the last of its connection. Left open and idle, it would hold us up for a minute. */
function endConnectionsWhenLeaving(fastify: FastifyInstance, leaving: Leaving): void {
  fastify.addHook('preClose', async () => {
    leaving.begin();
    // Then Node.js closes connections without a request. What has arrived and was not read yet is one; a turn of the event loop reads it.
    for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
  });
  fastify.addHook('onSend', (_request, reply, payload, next) => {
    if (leaving.begun) reply.header('connection', 'close');
    next(null, payload);
  });
}
