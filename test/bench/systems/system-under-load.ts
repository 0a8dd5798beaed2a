import type { StartedProcess } from './started-process.js';

/** The interface between a driver and a system. */
export interface SystemUnderLoad {
  name: string;
  /** The base URL of its API. */
  url: string;
  /** Name of its database. */
  database: string;
  processes: StartedProcess[];
}

/** Speaks the recovery API. */
export interface RecoverySystem extends SystemUnderLoad {
  /** The next account's mail address. @throws when every account has had as many recoveries as an address may have */
  nextAddress(): string;
}

/** A person with a session; the access token outlives the bench. */
export interface Session {
  accountId: string;
  accessToken: string;
  refreshToken: string;
}

/** Speaks OAuth. */
export interface IssuerSystem extends SystemUnderLoad {
  /** A confidential client with every right that the bench needs. */
  client: { id: string; secret: string };
  sessions: Session[];
}

/** By the names of the systems, in the order of the columns. */
export type Starters<System extends SystemUnderLoad = SystemUnderLoad> = Readonly<
  Record<string, (around: Surroundings) => Promise<System>>
>;

export interface Surroundings {
  /** The URL of an empty database for this system, as the superuser. */
  databaseUrl: string;
  smtpUrl: string;
  outputDir: string;
  accounts: number;
  /** The folder for the CPU profile of each process; costs a few per cent. */
  profileDir?: string | undefined;
}

/** An address may get five codes in ten minutes, and a run is shorter than two such windows. */
const recoveriesPerAddress = 5;

/** Longer than the bench, so that access tokens can be issued before it. */
export const accessSeconds = 3_600;

/** So many that an account comes again only after all others. */
export const sessionsOf = ({ accounts }: Surroundings): number => Math.min(accounts, 4_000);

export const accountIdOf = (account: number): string => `person-${account}`;
export const addressOf = (account: number): string => `${accountIdOf(account)}@bench.example`;

/** Hands out the accounts in turn, so that no address reaches its limit. */
export function dealAddresses(accounts: number): () => string {
  let dealt = 0;
  return () => {
    if (dealt >= accounts * recoveriesPerAddress) {
      throw new Error(
        `all ${accounts} accounts have been recovered ${recoveriesPerAddress} times: raise --accounts`,
      );
    }
    return addressOf(dealt++ % accounts);
  };
}
