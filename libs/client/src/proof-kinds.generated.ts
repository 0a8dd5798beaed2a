/** Written by "npm run written" from libs/proofs/src/registry.ts. Do not edit. */
export type ProofKind = 'code' | 'totp' | 'backup_code';
export type SecondFactorKind = 'totp' | 'backup_code';
