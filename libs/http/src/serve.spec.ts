import { type AddressInfo, createServer, type Server } from 'node:net';
import { Controller, Get, Inject, Module, type OnApplicationBootstrap, type Provider } from '@nestjs/common';
import { openTelemetry } from '@rekey/telemetry';
import { Resources, runWithoutServer, serve } from './index.js';

/** All events, in their order. */
let log: string[];
beforeEach(() => {
  log = [];
});

const gate = { open: () => {}, entered: () => {} };

@Controller('v1')
class Slow {
  @Get('slow')
  async slow() {
    const opened = new Promise<void>((resolve) => {
      gate.open = resolve;
    });
    gate.entered();
    await opened;
    log.push('answered');
    return { answered: true };
  }
}

/** A part that opens before the parts that inject it. */
const part = (name: string, needs: string[] = [], start = async () => {}): Provider => ({
  provide: name,
  inject: [Resources, ...needs],
  useFactory: (resources: Resources) =>
    resources.open(
      async () => {
        await start();
        log.push(`${name} opened`);
      },
      () => void log.push(`${name} closed`),
    ),
});

const fails = async () => {
  throw new Error('away');
};

const moduleOf = (...providers: Provider[]) => {
  @Module({ controllers: [Slow], providers })
  class PartsModule {}
  return PartsModule;
};

const options = async () => ({
  name: 'spec',
  port: 0,
  settings: { listenHost: 'localhost', trustProxy: [], logLevel: 'silent' as const },
  telemetry: await openTelemetry({ app: 'spec' }),
});

describe('an app', () => {
  test('closes its parts in reverse order, after the last request has ended', async () => {
    const module = moduleOf(part('workers', ['queue']), part('queue', ['database']), part('database'));
    const server = await serve({ ...(await options()), module });
    const entered = new Promise<void>((resolve) => {
      gate.entered = resolve;
    });
    const response = fetch(`${server.url}/v1/slow`);
    await entered;
    const closed = server.close();
    gate.open();
    expect((await response).status).toBe(200);
    await closed;
    expect(log).toEqual([
      'database opened',
      'queue opened',
      'workers opened',
      'answered',
      'workers closed',
      'queue closed',
      'database closed',
    ]);
  });

  test('closes the same parts without an HTTP server', async () => {
    const module = moduleOf(part('queue', ['database']), part('database'));
    const running = await runWithoutServer({ ...(await options()), module });
    await running.close();
    expect(log).toEqual(['database opened', 'queue opened', 'queue closed', 'database closed']);
  });

  test('closes the other parts when one fails to open, also a part that is still being opened', async () => {
    let ready = () => {};
    const slow = () =>
      new Promise<void>((resolve) => {
        ready = resolve;
      });
    const failing = async () => {
      setImmediate(() => ready());
      throw Object.assign(new Error('away'), { code: 'ECONNREFUSED' });
    };
    const module = moduleOf(
      part('database'),
      part('limits', [], slow),
      part('queue', ['database'], failing),
      part('workers', ['queue']),
      part('afterwards', ['limits']),
    );
    for (const start of [serve, runWithoutServer]) {
      log = [];
      await expect(start({ ...(await options()), module })).rejects.toMatchObject({ code: 'ECONNREFUSED' });
      expect(log).toEqual(['database opened', 'limits opened', 'limits closed', 'database closed']);
    }
  });

  test('closes its parts when a later step fails: in a hook, in a plugin, at a port in use', async () => {
    class Failing implements OnApplicationBootstrap {
      constructor(@Inject('database') readonly database: unknown) {}
      onApplicationBootstrap = fails;
    }
    const good = moduleOf(part('database'));
    await expect(
      serve({ ...(await options()), module: moduleOf(part('database'), Failing) }),
    ).rejects.toThrow('away');
    await expect(serve({ ...(await options()), module: good, register: fails })).rejects.toThrow('away');
    const taken: Server = createServer();
    await new Promise<void>((resolve) => taken.listen(0, 'localhost', resolve));
    const { port } = taken.address() as AddressInfo;
    await expect(serve({ ...(await options()), module: good, port })).rejects.toMatchObject({
      code: 'EADDRINUSE',
      port,
      process: 'spec',
    });
    await new Promise((resolve) => taken.close(resolve));
    expect(log).toEqual(Array(3).fill(['database opened', 'database closed']).flat());
  });

  test('reports a part that does not close, once the others are closed', async () => {
    const stuck: Provider = {
      provide: 'stuck',
      inject: [Resources, 'database'],
      useFactory: (resources: Resources) => resources.open(() => undefined, fails),
    };
    const server = await serve({ ...(await options()), module: moduleOf(part('database'), stuck) });
    await expect(server.close()).rejects.toThrow('away');
    expect(log).toEqual(['database opened', 'database closed']);
  });
});
