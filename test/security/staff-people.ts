import { randomBytes } from 'node:crypto';
import { type Database, openDatabase } from '@rekey/database';
import { isRefused, Keyring, MovableClock, type Refusal } from '@rekey/kernel';
import {
  consolePlace,
  inviteStaff,
  offerRegistration,
  offerSignIn,
  register,
  type StaffContext,
  type StaffRole,
  type StaffSession,
  signInStaff,
} from '@rekey/staff';
import pg from 'pg';
import { secretIn } from '../flows/staff-browser.js';
import { createDatabase, type TestDatabase } from '../runner/database.js';
import { SoftPasskey } from '../servers/soft-passkey.js';

export const consoleUrl = 'https://console.example.com';

export interface Person {
  session: StaffSession;
  passkey: SoftPasskey;
}

export const worked = <T>(outcome: T | Refusal): T => {
  if (isRefused(outcome)) throw new Error(`refused: ${outcome.code}`);
  return outcome;
};
export const codeOf = (outcome: unknown): string => (isRefused(outcome) ? outcome.code : 'done');

/** A role of the database: of the processes, of the tables, of the server. */
export type DatabaseRole = 'application' | 'owner' | 'superuser';

/** Staff on a database of their own, by the acts and without HTTP; and connections for an attacker with SQL. */
export class StaffPeople {
  readonly clock = new MovableClock();
  readonly key = { id: 'a', key: randomBytes(32) };
  readonly keyring = new Keyring([this.key]);
  readonly sql = {} as Record<DatabaseRole, pg.Client>;
  context!: StaffContext;
  private made: TestDatabase | undefined;
  private database: Database | undefined;

  async open(): Promise<void> {
    const made = await createDatabase();
    this.made = made;
    this.database = await openDatabase({ url: made.url, name: 'spec', poolSize: 4 });
    const { database, keyring, clock } = this;
    this.context = { database, keyring, clock, place: consolePlace(consoleUrl, true) };
    const urls = { application: made.url, owner: made.ownerUrl, superuser: made.adminUrl };
    for (const role of Object.keys(urls) as DatabaseRole[]) {
      this.sql[role] = new pg.Client({ connectionString: urls[role] });
      await this.sql[role].connect();
    }
  }

  async close(): Promise<void> {
    for (const client of Object.values(this.sql)) await client.end();
    await this.database?.close();
    await this.made?.drop();
  }

  /** Somebody who was invited, has registered, and is signed in. */
  async person(role: StaffRole, context = this.context): Promise<Person> {
    const passkey = new SoftPasskey(consoleUrl);
    const invited = worked(await inviteStaff(context, 'system', { name: role, role, reason: 'a test' }));
    const secret = secretIn(invited.url);
    const { options, challenge } = worked(await offerRegistration(context, secret));
    const response = passkey.create(options as never) as never;
    const { session } = worked(await register(context, { secret, kept: challenge, response }));
    return { session, passkey };
  }

  async signIn(passkey: SoftPasskey, context = this.context) {
    const { options, challenge } = await offerSignIn(context);
    return signInStaff(context, { kept: challenge, response: passkey.get(options) as never });
  }
}
