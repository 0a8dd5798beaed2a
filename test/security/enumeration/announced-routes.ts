import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

type Planted = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

/**
 * Observes the servers that start from now on: the routes that each announces, and a place where a test can plant a leak into a
 * response.
 */
export class AnnouncedRoutes {
  private readonly servers = new Map<FastifyInstance, Set<string>>();
  private readonly undo: () => void;
  planted: Planted | undefined;

  constructor() {
    const { getInstance } = FastifyAdapter.prototype;
    const listen = (server: FastifyInstance) => this.listen(server);
    FastifyAdapter.prototype.getInstance = function (this: FastifyAdapter) {
      const server = getInstance.call(this) as unknown as FastifyInstance;
      listen(server);
      return server as never;
    };
    this.undo = () => {
      FastifyAdapter.prototype.getInstance = getInstance;
    };
  }

  /** @returns `<app> <METHOD> <template>` of every route of every server; servers on other ports are left out */
  list(ports: Record<string, number>): string[] {
    return [...this.servers].flatMap(([server, routes]) => {
      const address = server.server.address();
      const port = typeof address === 'object' ? address?.port : undefined;
      const [app] = Object.entries(ports).find(([, number]) => number === port) ?? [];
      return app ? [...routes].map((route) => `${app} ${route}`) : [];
    });
  }

  stop(): void {
    this.undo();
  }

  private listen(server: FastifyInstance): void {
    if (this.servers.has(server)) return;
    const routes = new Set<string>();
    this.servers.set(server, routes);
    server.addHook('onRoute', ({ method, url }) => {
      for (const one of [method].flat()) routes.add(`${one} ${url}`);
    });
    server.addHook('onSend', async (request, reply) => {
      await this.planted?.(request, reply);
    });
  }
}
