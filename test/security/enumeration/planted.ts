import { FastifyAdapter } from '@nestjs/platform-fastify';
import { findAccount, normaliseIdentifier } from '@rekey/accounts';
import { openDatabase } from '@rekey/database';
import { isRefused } from '@rekey/kernel';
import { loadSettings } from '@rekey/settings';
import type { FastifyInstance } from 'fastify';

/**
 * Loaded before a recovery process (`--import`): a naive reset. A start looks its account up before the response, and works a
 * millisecond for a known one. The measurement has to find it.
 */
const workMs = 1;
const settings = loadSettings(process.env, 'recovery');
const database = await openDatabase({ url: settings.databaseUrl ?? '', name: 'planted', poolSize: 4 });
const watched = new WeakSet<FastifyInstance>();
const { getInstance } = FastifyAdapter.prototype;

FastifyAdapter.prototype.getInstance = function (this: FastifyAdapter) {
  const server = getInstance.call(this) as unknown as FastifyInstance;
  if (!watched.has(server)) {
    watched.add(server);
    server.addHook('preHandler', async (request) => {
      const { identifier: typed } = Object(request.body) as { identifier?: unknown };
      if (request.url !== '/v1/recoveries' || typeof typed !== 'string') return;
      const identifier = normaliseIdentifier(typed, {});
      if (isRefused(identifier)) return;
      const account = await findAccount(database, settings.keyring, identifier);
      for (const until = performance.now() + (account ? workMs : 0); performance.now() < until; );
    });
  }
  return server as never;
};
