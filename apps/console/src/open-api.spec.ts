import { createApp, describeApi } from '@rekey/http';
import { openWatch } from '@rekey/watch';
import { expectWritten } from '../../../test/written.js';
import { ConsoleModule } from './console.module.js';
import { openApi } from './open-api.js';

test('the OpenAPI file is what the routes say', async () => {
  const nothing = {} as never;
  const { app } = await createApp({
    name: 'console',
    module: ConsoleModule.with(nothing),
    port: 0,
    settings: { listenHost: 'localhost', trustProxy: [], logLevel: 'silent' },
    watch: await openWatch({ app: 'console' }),
    ready: async () => undefined,
  });
  const document = describeApi(app, openApi);
  await app.close();
  expectWritten('apps/console/openapi.generated.json', `${JSON.stringify(document, null, 2)}\n`);
});
