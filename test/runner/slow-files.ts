/** One spec file of a run. Times are of the machine, in milliseconds. */
export interface TimedFile {
  path: string;
  from: number;
  to: number;
}

/** How long a fixed piece of work took at one moment, in milliseconds. */
export interface PaceSample {
  at: number;
  ms: number;
}

/** The time of that work on two idle cores beside two workers of Jest: a slower machine gives files longer. */
export const usualMs = 45;

/** The limit of a file of `test/flows` on such a machine, because people wait for them. Campaigns have `npm run test:long`. */
export const flowLimitMs = 15_000;

/** How many times slower than usual the machine was while the file ran; 1 when it was faster, or when nothing was measured. */
export function slowness(file: TimedFile, samples: readonly PaceSample[]): number {
  const during = samples.filter(({ at }) => at >= file.from && at <= file.to).map(({ ms }) => ms);
  if (during.length === 0) return 1;
  const mean = during.reduce((sum, ms) => sum + ms, 0) / during.length;
  return Math.max(1, mean / usualMs);
}

/** @returns a sentence for each flow file over the limit, the longest first */
export function tooSlow(files: readonly TimedFile[], samples: readonly PaceSample[]): string[] {
  return flows(files, samples)
    .filter(({ ms, limit }) => ms > limit)
    .sort((one, other) => other.ms - one.ms)
    .map(
      ({ path, ms, limit }) =>
        `${path} took ${seconds(ms)} where ${seconds(limit)} are allowed: shorten it, split it, or make a campaign of it`,
    );
}

/** @returns the flow that came nearest to its limit; nothing when no flow ran */
export function nearest(files: readonly TimedFile[], samples: readonly PaceSample[]): string[] {
  return flows(files, samples)
    .sort((one, other) => other.ms / other.limit - one.ms / one.limit)
    .slice(0, 1)
    .map(({ path, ms, limit }) => `Nearest to its limit: ${path}, ${seconds(ms)} of ${seconds(limit)}`);
}

const flows = (files: readonly TimedFile[], samples: readonly PaceSample[]) =>
  files
    .filter(({ path }) => path.startsWith('test/flows/'))
    .map((file) => ({ ...file, ms: file.to - file.from, limit: flowLimitMs * slowness(file, samples) }));

/** @returns a line for each of the slowest files */
export function longest(files: readonly TimedFile[], count: number): string[] {
  return [...files]
    .sort((one, other) => other.to - other.from - (one.to - one.from))
    .slice(0, count)
    .map(({ path, from, to }) => `${seconds(to - from).padStart(8)}  ${path}`);
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
