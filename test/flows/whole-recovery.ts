import { newSecret, systemClock } from '@rekey/kernel';
import { people } from './people.js';
import { newHousehold, type Rekey, type RekeyOptions, stopTokenIn, until } from './rekey.js';
import { countsIn, metricsOf } from './scrape.js';
import { Story } from './story.js';

/** Every sweep within a test, and metrics that tell of it. The clock runs, as the time of the database does. */
export const withSweeps = (url: string): RekeyOptions => ({
  clock: systemClock,
  environment: { DATABASE_URL: url, LOG_LEVEL: 'fatal', METRICS_TOKEN: newSecret() },
  sweepPeriods: { messages: 50, recoveries: 50, sms_proven: 50, sms_cost: 1_000 },
});

/**
 * One person's account from its import to the stop of a recovery: by mail and by SMS, with a password, a sign-in, tokens and the sweeps. For
 * databases that are set up in another way than ours.
 */
export async function wholeRecovery(rekey: Rekey, id: string, who = people(rekey)): Promise<void> {
  newHousehold();
  await who.put(id);
  const mail = `${id}@example.com`;
  const byMail = new Story(rekey);
  expect((await byMail.proveBy(mail)).body).toMatchObject({ state: 'proven' });
  const password = 'a whole new battery of horses';
  const completed = await byMail.complete({ password });
  expect(completed.body).toMatchObject({ token_type: 'Bearer', recovery_id: byMail.id });
  const refreshed = await rekey.token({
    grant_type: 'refresh_token',
    refresh_token: completed.body.refresh_token,
    client_id: 'default',
  });
  expect(refreshed.status).toBe(200);
  expect((await who.signIn(id, { password })).status).toBe(201);
  const notice = await rekey.message(mail, 2);

  const bySms = new Story(rekey);
  await bySms.start({ identifier: mail, channel: 'sms' });
  await rekey.idle();
  expect((await bySms.prove('00000000')).body).toMatchObject({ code: 'wrong_proof', tries_left: 4 });
  expect((await bySms.stop(stopTokenIn(notice))).status).toBe(204);
  expect((await who.signIn(id, { password })).status).toBe(401);
  await rekey.idle();
  await everySweepRan(rekey);
}

async function everySweepRan(rekey: Rekey): Promise<void> {
  const outcomes = await until('every sweep', async () => {
    // A counter is there, at 0, before it counts anything.
    const counts = [...countsIn(await metricsOf(rekey.settings.urls.recovery, rekey.settings.metricsToken))];
    const counted = counts.filter(([, count]) => count > 0);
    const sweeps = counted.flatMap(([sample]) => /^rekey_sweeps_total\{(.*)\}/.exec(sample)?.[1] ?? []);
    return sweeps.length >= 4 ? sweeps : undefined;
  });
  expect(outcomes.filter((labels) => !labels.includes('done'))).toEqual([]);
}
