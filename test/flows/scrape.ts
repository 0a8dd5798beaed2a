/** Samples by name and labels, as in the text: counters, and the counts of histograms. */
export type Counts = Map<string, number>;

/** The text of `/metrics`. @param token shown as a bearer */
export async function metricsOf(url: string, token?: string): Promise<string> {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const answer = await fetch(`${url}/metrics`, { headers });
  expect([answer.status, answer.headers.get('content-type')]).toEqual([
    200,
    'text/plain; version=0.0.4; charset=utf-8',
  ]);
  return answer.text();
}

export function countsIn(text: string): Counts {
  const samples = text
    .split('\n')
    .filter((line) => /^[a-z_]+_(total|count)[ {]/.test(line))
    .map((line): [string, number] => [
      line.slice(0, line.lastIndexOf(' ')),
      Number(line.slice(line.lastIndexOf(' ') + 1)),
    ]);
  return new Map(samples);
}

/** The differences of all samples; unchanged ones are left out. */
export function moved(before: Counts, after: Counts): Record<string, number> {
  const all = [...after].map(([sample, count]): [string, number] => [
    sample,
    // Sums of money are fractions.
    Math.round((count - (before.get(sample) ?? 0)) * 1e6) / 1e6,
  ]);
  return Object.fromEntries(all.filter(([, by]) => by !== 0).sort());
}
