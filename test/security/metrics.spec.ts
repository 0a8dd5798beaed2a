import { newHousehold, stopTokenIn, useRekey } from '../flows/rekey.js';
import { countsIn, metricsOf, moved } from '../flows/scrape.js';
import { Story } from '../flows/story.js';

/** `/metrics` is on the public port: a reader who watches it during a recovery must not learn who has an account. */
describe('public metrics', () => {
  const rekey = useRekey();
  beforeEach(() => {
    newHousehold();
    rekey.clock.advance(600_000);
  });

  const read = async () => {
    const { recovery, issuer, console: management } = rekey.settings.urls;
    const all = await Promise.all([recovery, issuer, management].map((url) => metricsOf(url)));
    // The recovery process asks by itself whether the issuer is there.
    const isProbe = (line: string) => line.includes('route="/health/');
    return all.flatMap((text) => text.split('\n').filter((line) => !isProbe(line))).join('\n');
  };
  /** The samples that changed during this act, and during its consequences. */
  const during = async (walk: () => Promise<unknown>) => {
    const before = countsIn(await read());
    await walk();
    await rekey.idle();
    return moved(before, countsIn(await read()));
  };
  const scrape = 'http_request_duration_seconds_count{method="GET",route="/metrics",status="200"}';

  test('change alike for known and unknown people, from the start to the last attempt', async () => {
    const told: unknown[] = [];
    for (const identifier of ['ada@example.com', 'nobody@example.com', '+12025550123', '+12025550199']) {
      const story = new Story(rekey);
      told.push(
        await during(async () => {
          await story.start({ identifier });
          await story.show();
          for (let n = 0; n < 6; n++) await story.prove('00000000');
          await story.complete();
        }),
      );
    }
    for (const one of told) expect(one).toEqual(told[0]);
    expect(told[0]).toMatchObject({
      rekey_recoveries_started_total: 1,
      'http_request_duration_seconds_count{method="POST",route="/v1/recoveries",status="202"}': 1,
    });
  });

  test('do not show that a message was followed', async () => {
    const story = new Story(rekey);
    await story.start({ identifier: 'sam@example.com' });
    const mail = await rekey.message('sam@example.com');
    const followed = await during(async () => {
      expect((await story.stop(stopTokenIn(mail))).status).toBe(204);
      await rekey.call('GET', `${rekey.settings.urls.recovery}/stop?token=${stopTokenIn(mail)}`);
      await rekey.call('GET', `${rekey.settings.urls.recovery}/recover/link`);
      await fetch(`${rekey.settings.urls.recovery}/webhooks/twilio/status`, {
        method: 'POST',
        body: new URLSearchParams({ MessageStatus: 'delivered' }),
      });
    });
    expect(followed).toEqual({ [scrape]: 1 });
  });

  test('are exactly these; a process that also sends messages shows none of its own', async () => {
    const names = [...(await read()).matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name);
    expect([...new Set(names)].sort()).toEqual([
      'http_request_duration_seconds',
      'rekey_recoveries_started_total',
    ]);
  });
});
