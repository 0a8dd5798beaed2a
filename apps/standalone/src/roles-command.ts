import 'reflect-metadata';
import { makeRoles } from '@rekey/database';
import { whatToDo } from '@rekey/http';
import { settingsOrExit } from '@rekey/settings';

/** `npm run roles`: makes the database and the two roles of a deployment, by a superuser that is needed for nothing else. */
const { databaseAdminUrl = '', databaseOwnerUrl = '', databaseUrl = '' } = settingsOrExit('roles');

try {
  await makeRoles({ adminUrl: databaseAdminUrl, ownerUrl: databaseOwnerUrl, url: databaseUrl });
  process.stdout.write('the database and its roles match DATABASE_OWNER_URL and DATABASE_URL\n');
} catch (fault) {
  const setting = 'DATABASE_ADMIN_URL';
  process.stderr.write(`rekey roles: ${whatToDo(Object.assign(Object(fault), { setting }))}\n`);
  process.exitCode = 1;
}
