import { expectWritten } from '../../../test/written.js';
import { compileMails } from '../mail/compile.mjs';

test('the compiled mails are as written', async () => {
  expectWritten('libs/messages/src/mails.generated.ts', await compileMails());
});
