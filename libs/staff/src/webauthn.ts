import { isUuid, readBase64url } from '@rekey/kernel';
import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import { type ConsolePlace, staffLifetimes } from './context.js';

/** EdDSA, ES256 and RS256 (RFC 9053, RFC 8812): what authenticators have, the same with every release of the library. */
const algorithms = [-8, -7, -257];

type RegistrationOptions = Awaited<ReturnType<typeof generateRegistrationOptions>>;
type AuthenticationOptions = Awaited<ReturnType<typeof generateAuthenticationOptions>>;
export type RegistrationResponse = Parameters<typeof verifyRegistrationResponse>[0]['response'];
export type AuthenticationResponse = Parameters<typeof verifyAuthenticationResponse>[0]['response'];

const timeout = staffLifetimes.challenge;

/** The user handle is the id of the member: it says nothing of a person (WebAuthn §14.6.1). */
const handleOf = (memberId: string) => new Uint8Array(Buffer.from(memberId.replaceAll('-', ''), 'hex'));

/** @returns undefined for what is no handle of ours */
function memberOf(userHandle: string): string | undefined {
  const hex = readBase64url(userHandle)?.toString('hex') ?? '';
  const id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return isUuid(id) ? id : undefined;
}

const challengeOf = (challenge: string) => new Uint8Array(Buffer.from(challenge, 'base64url'));

/** Options for a passkey that names its owner by itself (a discoverable credential), and verifies them at each use. */
export const registrationOptions = (
  { rpId }: ConsolePlace,
  { id, name }: { id: string; name: string },
  challenge: string,
): Promise<RegistrationOptions> =>
  generateRegistrationOptions({
    rpName: 'Rekey',
    rpID: rpId,
    userName: name,
    userDisplayName: name,
    userID: handleOf(id),
    challenge: challengeOf(challenge),
    timeout,
    attestationType: 'none',
    authenticatorSelection: {
      residentKey: 'required',
      requireResidentKey: true,
      userVerification: 'required',
    },
    supportedAlgorithmIDs: algorithms,
  });

/** @param passkeys when it is known whose; otherwise the browser offers what it has, and no one learns who there is */
export const authenticationOptions = (
  { rpId }: ConsolePlace,
  challenge: string,
  passkeys: { id: Buffer; transports: string[] }[] = [],
): Promise<AuthenticationOptions> =>
  generateAuthenticationOptions({
    rpID: rpId,
    challenge: challengeOf(challenge),
    timeout,
    userVerification: 'required',
    ...(passkeys.length > 0
      ? {
          allowCredentials: passkeys.map(({ id, transports }) => ({
            id: id.toString('base64url'),
            transports,
          })),
        }
      : {}),
  });

export interface NewPasskey {
  id: Buffer;
  publicKey: Buffer;
  counter: number;
  transports: string[];
  synced: boolean;
}

/**
 * Verifies a registration (WebAuthn §7.1): challenge, origin, relying party, user verification.
 *
 * @returns undefined when anything is wrong: the library throws for whatever a caller sends
 */
export async function verifyRegistration(
  { origin, rpId }: ConsolePlace,
  challenge: string,
  response: RegistrationResponse,
): Promise<NewPasskey | undefined> {
  if (isFramed(response.response.clientDataJSON)) return undefined;
  const { verified, registrationInfo: info } = await verifyRegistrationResponse({
    response,
    expectedChallenge: challenge,
    expectedOrigin: origin,
    expectedRPID: rpId,
    requireUserVerification: true,
    supportedAlgorithmIDs: algorithms,
  }).catch(() => ({ verified: false, registrationInfo: undefined }));
  if (!verified || !info) return undefined;
  return {
    id: Buffer.from(info.credential.id, 'base64url'),
    publicKey: Buffer.from(info.credential.publicKey),
    counter: info.credential.counter,
    transports: info.credential.transports ?? [],
    synced: info.credentialBackedUp,
  };
}

/** Who a response says it is from; nothing of it is verified. @returns undefined for what can be none of ours */
export function claimedOwner({
  id,
  response,
}: AuthenticationResponse): { passkey: Buffer; member: string } | undefined {
  const passkey = readBase64url(id);
  const member = memberOf(response.userHandle ?? '');
  return passkey && passkey.length > 0 && member ? { passkey, member } : undefined;
}

/**
 * Verifies the use of a passkey (WebAuthn §7.2): challenge, origin, relying party, user verification, signature.
 *
 * @returns the signature counter, which the caller compares: it means nothing before the signature is right. Undefined when anything is wrong
 */
export async function verifyAuthentication(
  { origin, rpId }: ConsolePlace,
  challenge: string,
  response: AuthenticationResponse,
  publicKey: Buffer,
): Promise<{ counter: number } | undefined> {
  if (isFramed(response.response.clientDataJSON)) return undefined;
  const { verified, authenticationInfo: info } = await verifyAuthenticationResponse({
    response,
    expectedChallenge: challenge,
    expectedOrigin: origin,
    expectedRPID: rpId,
    requireUserVerification: true,
    // Not the one that was seen last: anybody could send a lower one, and have a passkey reported as cloned.
    credential: { id: response.id, publicKey: new Uint8Array(publicKey), counter: 0 },
  }).catch(() => ({ verified: false, authenticationInfo: undefined }));
  return verified && info ? { counter: info.newCounter } : undefined;
}

/** Used inside of a frame of another site, which no page of ours is (WebAuthn §5.8.1). The library lets it pass where `topOrigin` is missing. */
function isFramed(clientDataJSON: string): boolean {
  try {
    return JSON.parse(Buffer.from(clientDataJSON, 'base64url').toString()).crossOrigin === true;
  } catch {
    return true;
  }
}
