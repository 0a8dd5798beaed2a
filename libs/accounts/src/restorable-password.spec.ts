import { randomBytes } from 'node:crypto';
import { sql, statement } from '@rekey/database';
import { Keyring } from '@rekey/kernel';
import { useDatabase } from '../../../test/flows/use-database.js';
import {
  lockPassword,
  passwordHashOf,
  putAccount,
  restorePassword,
  setPassword,
  verifyPassword,
} from './index.js';

describe('the password of an account', () => {
  const database = useDatabase();
  const keyring = new Keyring([{ id: 'one', key: randomBytes(32) }]);
  const now = 1_800_000_000_000;
  const recovery = '0197f0a0-0000-7000-8000-000000000001';

  const set = statement(
    'spec_set_password',
    setPassword({
      account: sql`:account`,
      hash: sql`:hash`,
      recovery: sql`:recovery`,
      ends: sql`:ends::boolean`,
    }),
  );
  const write = (hash: string | null, ends = false) =>
    database.query(set, { account: 'a', hash, ends, recovery, now: new Date(now) });
  const held = () => lockPassword(database, keyring, 'a');
  const isRight = async (password: string) => {
    const stored = (await passwordHashOf(database, 'a'))?.hash;
    return verifyPassword(keyring, stored ? { account: 'a', stored } : undefined, password);
  };

  test('a recovery sets or ends the password, and restoring gives back the former one with who had set it', async () => {
    const password = 'a harbour without a ship';
    await putAccount({ database, keyring }, now, {
      id: 'a',
      roles: [],
      status: 'active',
      addresses: [],
      password,
    });
    const before = await held();
    expect(before).toEqual({
      phc: expect.stringMatching(/^\$argon2id\$/),
      isSet: true,
      setBy: null,
    });
    await write(null);
    expect([await held(), await isRight(password)]).toEqual([before, true]);
    // It is encrypted under a missing key: there is a password, but it cannot be restored.
    await write('\\x00');
    expect(await held()).toEqual({ phc: null, isSet: true, setBy: recovery });
    await write(null, true);
    expect(await held()).toEqual({ phc: null, isSet: false, setBy: recovery });
    expect(await isRight(password)).toBe(false);
    if (before) await restorePassword(database, keyring, { ...before, account: 'a', at: new Date(now) });
    expect([await held(), await isRight(password)]).toEqual([before, true]);
    expect(await lockPassword(database, keyring, 'nobody')).toBeUndefined();
  });
});
