import { describeModule } from '@rekey/http';
import { expectWritten } from '../../../test/written.js';
import { ConsoleModule } from './console.module.js';
import { openApi } from './open-api.js';

test('the OpenAPI file is what the routes say', async () => {
  const document = await describeModule(ConsoleModule, openApi);
  expectWritten('apps/console/openapi.generated.json', `${JSON.stringify(document, null, 2)}\n`);
});
