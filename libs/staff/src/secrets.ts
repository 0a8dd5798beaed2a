import { is256Bits, type Keyring, newSecret } from '@rekey/kernel';

type Purpose = 'staff-invitation' | 'staff-session';

/** A bearer secret and its stored form: a keyed digest, so that a copy of the database opens nothing. */
export function makeSecret(keyring: Keyring, purpose: Purpose): { secret: string; digest: Buffer } {
  const secret = newSecret();
  return { secret, digest: keyring.mac(purpose, secret) };
}

/** The stored forms that a shown secret may have, one for each key of the keyring; none for what cannot be one. */
export const digestsOf = (keyring: Keyring, purpose: Purpose, shown: string): Buffer[] =>
  is256Bits(shown) ? keyring.macs(purpose, shown) : [];
