import type { StartedProcess } from './started-process.js';

/** What the driver drives: anything that speaks the recovery API. */
export interface SystemUnderLoad {
  name: 'rekey' | 'floor';
  /** Of the recovery API. */
  url: string;
  /** Name of its database. */
  database: string;
  processes: StartedProcess[];
  /** The next account's mail address. @throws when all have had as many recoveries as an address may have */
  nextAddress(): string;
}

export interface Surroundings {
  /** Of an empty database, made for this system. */
  databaseUrl: string;
  smtpUrl: string;
  outputDir: string;
  accounts: number;
  /** Where each process leaves a CPU profile; costs a few per cent. */
  profileDir?: string;
}

/** An address takes five codes in ten minutes, and a run is shorter than two such windows. */
const recoveriesPerAddress = 5;

export const addressOf = (account: number): string => `person-${account}@bench.example`;

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
