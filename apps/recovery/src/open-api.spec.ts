import { describeModule } from '@rekey/http';
import { expectWritten } from '../../../test/written.js';
import { openApi } from './open-api.js';
import { RecoveryModule } from './recovery.module.js';

test('the OpenAPI file is what the routes say', async () => {
  const document = await describeModule(RecoveryModule.with(), openApi);
  expectWritten('apps/recovery/openapi.generated.json', `${JSON.stringify(document, null, 2)}\n`);
});
