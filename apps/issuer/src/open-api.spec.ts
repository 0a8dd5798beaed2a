import { describeModule } from '@rekey/http';
import { expectWritten } from '../../../test/written.js';
import { IssuerModule } from './issuer.module.js';
import { openApi } from './open-api.js';

test('the OpenAPI file is what the routes say', async () => {
  const document = await describeModule(IssuerModule, openApi);
  expectWritten('apps/issuer/openapi.generated.json', `${JSON.stringify(document, null, 2)}\n`);
});
