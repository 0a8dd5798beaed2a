import { signingAlgorithms } from '@rekey/kernel';
import { choice, count, file, names, type Values, type Variable } from '../variable.js';

/** What access tokens say, how they are signed, and how long they live. */
export const tokenVariables = {
  TOKEN_AUDIENCE: {
    meaning: 'audiences (`aud`) of access tokens, comma-separated',
    unset: '`ISSUER_URL`',
    ...names,
  },
  ACCESS_TOKEN_ALG: choice(
    'signing algorithm of access tokens. HS256 has no public key: use it in closed systems only',
    signingAlgorithms,
    { default: 'ES256' },
  ),
  KEY_ROTATION_DAYS: count('days until the next signing key replaces the current one', 30),
  TOKEN_LIFETIMES_FILE: {
    meaning: 'lifetimes of tokens, by role and for devices (JSON, see "Token lifetimes")',
    unset:
      'access 10 minutes (staff 5); refresh 30 days idle, 90 days in total (staff 8 and 24 hours, devices 90 and 365 days)',
    ...file,
  },
} satisfies Record<string, Variable>;

export const tokenSettings = (values: Values<typeof tokenVariables>, issuerUrl: string) => ({
  tokenAudience: values.TOKEN_AUDIENCE ?? [issuerUrl],
  keyPlan: {
    alg: values.ACCESS_TOKEN_ALG,
    rotateEveryMs: values.KEY_ROTATION_DAYS * 86_400_000,
  },
  /** Lifetimes of tokens; the default when unset. */
  tokenLifetimesFile: values.TOKEN_LIFETIMES_FILE,
});
