import 'reflect-metadata';
import '@rekey/accounts';
import '@rekey/audit';
import '@rekey/limits';
import '@rekey/outbox';
import '@rekey/recovery';
import '@rekey/tokens';
import { ownerDataSource } from '@rekey/database';
import { settingsOrExit } from '@rekey/settings';
import { runningUrls } from './keys/embedded-url.js';

/** For TypeORM's own command line (docs/develop/schema.md), as the owner of the tables; without a URL, of a running `npm start`. */
const { databaseUrl, databaseOwnerUrl, dataDir } = settingsOrExit('migrate');

export const dataSource = ownerDataSource({
  url: databaseOwnerUrl ?? databaseUrl ?? runningUrls(dataDir).ownerUrl,
});
