import { isIPv6 } from 'node:net';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { systemClock } from '@rekey/kernel';
import { openTelemetry, type Telemetry } from '@rekey/telemetry';
import { Leaving } from './leaving.js';
import { createLog, nestLog } from './log.js';
import { Resources } from './resources.js';
import { rootModule } from './root.module.js';
import type { Running } from './run-process.js';
import { type AppOptions, createApp, type ServeOptions } from './server.js';
import { watchCertificate } from './tls.js';

export interface RunningServer extends Running {
  /** Where it really listens, as this machine calls it, without a trailing slash. */
  url: string;
}

/**
 * Runs an app with an HTTP server. Its end takes no new requests, lets those under way finish, then closes what the providers have
 * opened. A start that fails closes it too.
 *
 * @throws with `code: 'EADDRINUSE'`, `port` and `process` when the port is taken
 */
export const serve = (options: ServeOptions): Promise<RunningServer> =>
  closedOnFailure(async (resources) => {
    const telemetry = await watchOf(options, resources);
    const { app, fastify } = await createApp({ ...options, telemetry }, resources);
    const { listenHost, tls } = options.settings;
    try {
      if (tls)
        await resources.open(
          () => watchCertificate(tls, fastify.server as never),
          (stop) => stop(),
        );
      // Not by Nest, which would log what the caller is going to say: a port that is taken is one line for a person.
      await fastify.listen({ port: options.port, host: listenHost });
    } catch (fault) {
      await app.close();
      throw Object.assign(fault as Error, { port: options.port, process: options.name });
    }
    // A connection that could not be accepted (no file handle is left) is one caller's loss, not the end of the process.
    fastify.server.on('error', (fault) => fastify.log.error({ err: fault }, 'a connection was not accepted'));
    const address = fastify.server.address();
    const port = typeof address === 'object' && address ? address.port : options.port;
    return {
      url: `${tls ? 'https' : 'http'}://${nameOf(listenHost)}:${port}`,
      drain: { ms: options.settings.drainMs ?? 0, begin: () => app.get(Leaving).begin() },
      close: () => closeApp(app, resources),
    };
  });

/** Runs an app without an HTTP server. */
export const runWithoutServer = (options: AppOptions): Promise<Running> =>
  closedOnFailure(async (resources) => {
    const { name, module, settings, clock = systemClock } = options;
    const log = createLog({ name, level: settings.logLevel });
    const telemetry = await watchOf(options, resources);
    const leaving = new Leaving();
    const root = rootModule(module, { name, settings, clock, log, telemetry, resources, leaving });
    const app = await NestFactory.createApplicationContext(root, {
      logger: nestLog(log),
      abortOnError: false,
    });
    return { close: () => closeApp(app, resources) };
  });

/** Nest calls no hook of an app that it could not create. @throws what `start` throws, once all that it had opened is closed */
async function closedOnFailure<Part>(start: (resources: Resources) => Promise<Part>): Promise<Part> {
  const resources = new Resources();
  try {
    return await start(resources);
  } catch (fault) {
    // Of several faults the first one says what to do.
    await resources.close().catch(() => undefined);
    throw fault;
  }
}

async function closeApp(app: INestApplicationContext, resources: Resources): Promise<void> {
  try {
    await app.close();
  } finally {
    await resources.close();
  }
}

const watchOf = async ({ telemetry, name, settings }: AppOptions, resources: Resources): Promise<Telemetry> =>
  telemetry ??
  resources.open(
    () => openTelemetry({ app: name, tracing: settings.tracing }),
    (opened) => opened.close(),
  );

/** How to call who listens there, from this machine. */
function nameOf(listenHost: string): string {
  if (['0.0.0.0', '::'].includes(listenHost)) return 'localhost';
  return isIPv6(listenHost) ? `[${listenHost}]` : listenHost;
}
