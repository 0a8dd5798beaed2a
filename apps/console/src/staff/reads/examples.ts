import { totp } from '@rekey/proofs';
import { listedRecoveryExample } from '../../examples.js';

const session = '019ac3b2-6f40-7a11-8b1c-2d3e4f5a6b7c';
const ended = '019ac3b2-7b10-7e21-9c3d-4e5f6a7b8c9d';

/** Examples of what staff read, for the OpenAPI file. */
export const accountViewExample = {
  id: 'u-1',
  username: 'grace',
  status: 'active',
  roles: [],
  locale: 'en',
  created_at: '2026-03-01T09:00:00.000Z',
  addresses: [
    {
      id: '019ac3b2-6f00-7c01-9d02-3e4f5a6b7c8d',
      kind: 'email',
      masked: 'g***@example.com',
      verified: true,
      primary: true,
      bound_at: '2026-03-01T09:00:00.000Z',
      disabled: false,
    },
  ],
  authenticators: [
    {
      id: '019ac3b2-6f01-7d02-8e03-4f5a6b7c8d9e',
      kind: totp.id,
      bound_at: '2026-10-01T12:00:00.000Z',
      provenance: 'sign_in',
      session_id: session,
      client_id: 'shop',
      audit_id: '019ac3b2-6f02-7e03-9f04-5a6b7c8d9eaf',
      last_used_at: '2026-11-20T08:00:00.000Z',
    },
  ],
  sessions: [
    {
      id: session,
      client_id: 'shop',
      scope: 'account',
      acr: 'urn:rekey:aal1',
      amr: ['pwd'],
      created_at: '2026-10-01T11:58:00.000Z',
      refreshed_at: '2026-11-27T08:00:00.000Z',
      expires_at: '2026-12-27T08:00:00.000Z',
      ended_at: '2026-11-27T08:01:00.000Z',
      cause: 'replayed',
      audit_id: ended,
      ended_by: 'client:shop',
    },
  ],
  recoveries: [listedRecoveryExample],
};

export const diagnosisExample = {
  cause: 'replayed',
  remedy: 'sign_in',
  description: 'A retired refresh token of its session was used again, so the session was ended.',
  evidence: [
    { what: 'token', value: 'refresh_token' },
    { what: 'account', value: 'u-1' },
    { what: 'client', value: 'shop' },
    { what: 'session', value: session },
    { what: 'ended', at: '2026-11-27T08:01:00.000Z', value: 'client:shop', audit_id: ended },
  ],
};

export const overviewExample = {
  from: '2026-11-27T07:00:00.000Z',
  to: '2026-11-27T08:30:00.000Z',
  step_s: 3600,
  at: ['2026-11-27T07:00:00.000Z', '2026-11-27T08:00:00.000Z'],
  funnel: { started: 9, proven: 6, held: 1, completed: 5, stopped: 0, cancelled: 0, expired: 2 },
  recoveries: { started: [5, 4], completed: [3, 2], held: [0, 1] },
  delivery: [{ channel: 'email', sent: [5, 3], failed: [0, 1], p50_ms: [310, 290], p95_ms: [900, 850] }],
  tokens: { issued: [40, 31], ended: [{ cause: 'revoked_by_person', counts: [2, 1] }] },
  failures: [{ cause: 'recovery_proof_failed', count: 3 }],
  waiting: { held: 1, overrides: 0 },
};

export const settingsExample = {
  process: 'console',
  settings: [
    {
      name: 'CONSOLE_URL',
      meaning: 'public base URL of the console',
      value: 'https://console.example.com',
      from: 'environment',
    },
    { name: 'REKEY_KEYRING', meaning: 'keys, newest first', from: 'file', secret: true },
  ],
};
