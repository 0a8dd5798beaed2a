import { binding } from '../../flows/binding.js';
import { people } from '../../flows/people.js';
import { newHousehold, type Rekey } from '../../flows/rekey.js';
import type { Person } from './client.js';
import { isStrongOf } from './plan.js';

const monthMs = 31 * 86_400_000;
/** A sign-in costs a tenth of a second of a core. */
const signedIn = 3;
/** Sign-ins of one household, below its limit. */
const atOnce = 6;

/** Strong ones have an authenticator app and backup codes, a month old. These, and some others, have an older session. */
export async function enrolPersons(rekey: Rekey, count: number): Promise<Person[]> {
  const who = people(rekey);
  const { bearerOf, bindApp, makeCodes } = binding(rekey, who);
  const ids = Array.from({ length: count }, (_, at) => `person-${at}`);
  const strong = ids.filter((_, at) => isStrongOf(at, { persons: count }));
  const weak = ids.slice(strong.length, strong.length + signedIn);
  const inGroups = async (all: string[], work: (id: string) => Promise<unknown>) => {
    for (let at = 0; at < all.length; at += atOnce) {
      newHousehold();
      await Promise.all(all.slice(at, at + atOnce).map(work));
    }
  };
  const secrets = new Map<string, string>();
  const codes = new Map<string, string[]>();
  await inGroups(ids, (id) => who.put(id));
  await inGroups([...strong, ...weak], async (id) => {
    const bearer = await bearerOf(id);
    if (strong.includes(id)) secrets.set(id, (await bindApp(bearer)).secret);
  });
  rekey.clock.advance(60_000);
  await inGroups(strong, async (id) => {
    const second_factor = { kind: 'totp', value: who.totp(secrets.get(id) ?? '') };
    codes.set(id, await makeCodes(await bearerOf(id, { second_factor })));
  });
  await rekey.idle();
  // Old enough to count in a recovery, and too old to be suspended as planted.
  rekey.clock.advance(monthMs);
  return ids.map((id) => ({
    id,
    email: `${id}@example.com`,
    phone: who.phoneOf(id),
    totp: () => who.totp(secrets.get(id) ?? ''),
    backupCode: () => codes.get(id)?.pop(),
  }));
}
