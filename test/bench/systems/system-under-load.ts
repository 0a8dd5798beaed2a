import type { StartedProcess } from './started-process.js';

export type SystemName = 'rekey' | 'floor';

/** What a driver drives. */
export interface SystemUnderLoad {
  name: SystemName;
  /** Of what is asked. */
  url: string;
  /** Name of its database. */
  database: string;
  processes: StartedProcess[];
}

/** Speaks the recovery API. */
export interface RecoverySystem extends SystemUnderLoad {
  /** The next account's mail address. @throws when all have had as many recoveries as an address may have */
  nextAddress(): string;
}

/** A person who is signed in; the access token outlives the bench. */
export interface Session {
  accountId: string;
  accessToken: string;
  refreshToken: string;
}

/** Speaks OAuth. */
export interface IssuerSystem extends SystemUnderLoad {
  /** A confidential client that may do all that is asked here. */
  client: { id: string; secret: string };
  sessions: Session[];
}

export type Starters<System extends SystemUnderLoad = SystemUnderLoad> = Record<
  SystemName,
  (around: Surroundings) => Promise<System>
>;

export interface Surroundings {
  /** Of an empty database, made for this system, as the superuser. */
  databaseUrl: string;
  smtpUrl: string;
  outputDir: string;
  accounts: number;
  /** Where each process leaves a CPU profile; costs a few per cent. */
  profileDir?: string | undefined;
}

/** An address takes five codes in ten minutes, and a run is shorter than two such windows. */
const recoveriesPerAddress = 5;

/** Longer than the bench, so that access tokens are issued before it. */
export const accessSeconds = 3_600;

/** So many that none is met again before others have had their turn. */
export const sessionsOf = ({ accounts }: Surroundings): number => Math.min(accounts, 4_000);

export const accountIdOf = (account: number): string => `person-${account}`;
export const addressOf = (account: number): string => `${accountIdOf(account)}@bench.example`;

/** Deals out the accounts one after the other, so that no limit of an address is met. */
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
