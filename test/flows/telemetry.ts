import { people } from './people.js';
import { type Rekey, startRekey, until } from './rekey.js';
import { type Counts, countsIn, metricsOf, moved } from './scrape.js';

export const metricsToken = 'what-prometheus-shows-us';

/** A Rekey whose counters are read before and after each step of a story. */
export interface MeasuredRekey {
  rekey: Rekey;
  who: ReturnType<typeof people>;
  /** A bearer token of the management. */
  bearer: string;
  putClient(id: string, more: object): Promise<void>;
  signIn(id: string): Promise<{ access_token: string; refresh_token: string }>;
  /**
   * Runs a step, and expects that exactly these counters change, by these amounts.
   *
   * @param expected by the sample without `rekey_`
   */
  step(name: string, walk: () => Promise<unknown>, expected: Record<string, number>): Promise<void>;
}

export async function startMeasured(): Promise<MeasuredRekey> {
  const rekey = await startRekey({
    environment: { METRICS_TOKEN: metricsToken },
    sweepPeriods: { recoveries: 200 },
  });
  const who = people(rekey);
  const bearer = await who.management();
  const counts = async (): Promise<Counts> => {
    const { recovery, issuer, console: management } = rekey.settings.urls;
    const texts = await Promise.all(
      [recovery, issuer, management].map((url) => metricsOf(url, metricsToken)),
    );
    const sum: Counts = new Map();
    // Sweeps run by themselves; HTTP is counted elsewhere.
    for (const [sample, count] of texts.flatMap((text) => [...countsIn(text)]))
      if (/^rekey_(?!sweeps)/.test(sample)) sum.set(sample, (sum.get(sample) ?? 0) + count);
    return sum;
  };
  return {
    rekey,
    who,
    bearer,
    async putClient(id, more) {
      const url = `${rekey.settings.urls.console}/v1/clients/${id}`;
      const json = { name: id, type: 'public', redirect_uris: [], scopes: ['account'], ...more };
      expect((await rekey.call('PUT', url, { bearer, json })).status).toBe(201);
    },
    signIn: async (id) => (await who.signIn(id)).body,
    async step(name, walk, expected) {
      const before = await counts();
      await walk();
      const samples = Object.entries(expected).map(([sample, by]) => [`rekey_${sample}`, by]);
      const wanted = Object.fromEntries(samples.sort());
      let last: Record<string, number> = {};
      const asWanted = async () => {
        last = moved(before, await counts());
        return JSON.stringify(last) === JSON.stringify(wanted) || undefined;
      };
      // The courier's part happens a little later.
      await until(name, asWanted).catch(() => undefined);
      expect({ [name]: last }).toEqual({ [name]: wanted });
    },
  };
}
