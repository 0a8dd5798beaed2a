import { createApp, describeApi } from '@rekey/http';
import { openWatch } from '@rekey/watch';
import { expectWritten } from '../../../test/written.js';
import { openApi } from './open-api.js';
import { RecoveryModule } from './recovery.module.js';

test('the OpenAPI file is what the routes say', async () => {
  const nothing = {} as never;
  const { app } = await createApp({
    name: 'recovery',
    module: RecoveryModule.with(nothing, nothing, { urls: { recovery: 'http://localhost:3000' } } as never),
    port: 0,
    settings: { listenHost: 'localhost', trustProxy: [], logLevel: 'silent' },
    watch: await openWatch({ app: 'recovery' }),
    ready: async () => undefined,
  });
  const document = describeApi(app, openApi);
  await app.close();
  expectWritten('apps/recovery/openapi.generated.json', `${JSON.stringify(document, null, 2)}\n`);
});
