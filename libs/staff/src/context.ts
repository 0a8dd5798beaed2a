import type { Database } from '@rekey/database';
import type { Clock, Keyring } from '@rekey/kernel';

/** Where the console is, as browsers call it. Passkeys are bound to it. */
export interface ConsolePlace {
  /** Public base URL without a trailing slash. */
  url: string;
  /** What a browser sends as `Origin`, and signs in a passkey's client data. */
  origin: string;
  /** The relying party of the passkeys: the host name of the console (WebAuthn §5.4.2). */
  rpId: string;
  /** Anybody may enter as one of the demo people. */
  offersDemo: boolean;
}

/** What the acts of staff need. */
export interface StaffContext {
  database: Database;
  keyring: Keyring;
  clock: Clock;
  place: ConsolePlace;
}

const thisMachine = ['localhost', '127.0.0.1', '[::1]', '::1'];

/**
 * The place of a console. Its demo entry is for development on one machine: a console that others reach, by name or over the network, does
 * not offer it, also when somebody forgot `NODE_ENV=production`.
 *
 * @param url `CONSOLE_URL`
 * @param listenHost `LISTEN_HOST`: a program on another machine can say any `Origin`
 */
export function consolePlace(url: string, production: boolean, listenHost = 'localhost'): ConsolePlace {
  const { origin, hostname } = new URL(url);
  const isHere = [hostname, listenHost].every((host) => thisMachine.includes(host));
  return { url, origin, rpId: hostname, offersDemo: !production && isHere };
}

/** How the audit names a member of staff. */
export const actingStaff = (id: string): string => `staff:${id}`;

const minute = 60_000;

/** Milliseconds. */
export const staffLifetimes = {
  invitation: 24 * 60 * minute,
  /** From sign-in to the end of a session, whatever happens in it. */
  session: 8 * 60 * minute,
  /** Between two requests of a session. */
  idle: 15 * minute,
  /** After a passkey was used: acts that change something are possible. */
  fresh: 5 * minute,
  challenge: 5 * minute,
  /** After their end, for the audit and for those who look something up. */
  retained: 30 * 24 * 60 * minute,
} as const;
