/** Algorithms of access tokens (RFC 7518 §3.1, RFC 8037). HS256 is for closed systems: every verifier could also sign. */
export const signingAlgorithms = ['ES256', 'RS256', 'EdDSA', 'HS256'] as const;
export type SigningAlgorithm = (typeof signingAlgorithms)[number];

/** What a signing key signs. */
export const keyUses = ['access_token', 'recovery_assertion'] as const;
export type KeyUse = (typeof keyUses)[number];
