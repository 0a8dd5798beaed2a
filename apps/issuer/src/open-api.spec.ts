import { createApp, describeApi } from '@rekey/http';
import { openWatch } from '@rekey/watch';
import { expectWritten } from '../../../test/written.js';
import { IssuerModule } from './issuer.module.js';
import { openApi } from './open-api.js';

test('the OpenAPI file is what the routes say', async () => {
  const nothing = {} as never;
  const { app } = await createApp({
    name: 'issuer',
    module: IssuerModule.with({ context: nothing, clients: nothing, productName: 'Rekey' }),
    port: 0,
    settings: { listenHost: 'localhost', trustProxy: [], logLevel: 'silent' },
    watch: await openWatch({ app: 'issuer' }),
    ready: async () => undefined,
  });
  const document = describeApi(app, openApi);
  await app.close();
  expectWritten('apps/issuer/openapi.generated.json', `${JSON.stringify(document, null, 2)}\n`);
});
