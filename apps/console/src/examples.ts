/** Examples of responses, for the OpenAPI file. */
const recovery = '019ac3b2-6f31-7c5e-9d0a-4b8f3e2d1c7a';

export const accountExample = {
  id: 'u-1',
  username: 'grace',
  addresses: [{ kind: 'email', value: 'grace@example.com', verified: true, primary: true }],
  roles: [],
  status: 'active',
  locale: 'en',
};

export const auditEventExample = {
  id: '019ac3b2-7a04-7d11-8c3b-0f5a6e7d8c9b',
  at: '2026-11-27T08:00:03.000Z',
  recorded_at: '2026-11-27T08:00:03.012Z',
  event: 'recovery_message_sent',
  outcome: 'success',
  actor: 'system',
  account_id: 'u-1',
  recovery_id: recovery,
  detail: { kind: 'recovery_code', channel: 'email' },
};

export const listedRecoveryExample = {
  id: recovery,
  account_id: 'u-1',
  client_id: 'shop',
  state: 'proving',
  proofs: [],
  created_at: '2026-11-27T08:00:00.000Z',
  expires_at: '2026-11-27T08:15:00.000Z',
};

export const timelineExample = {
  ...listedRecoveryExample,
  attempts: 0,
  password_set: false,
  missing: { reason: 'proof', methods: ['code'], level: 1 },
  messages: [
    {
      id: '019ac3b2-6f32-7b02-a1c4-5d6e7f8091a2',
      recovery_id: recovery,
      kind: 'recovery_code',
      channel: 'email',
      address: 'g***@example.com',
      state: 'sent',
      attempts: 1,
      created_at: '2026-11-27T08:00:00.000Z',
      sent_at: '2026-11-27T08:00:03.000Z',
      expires_at: '2026-11-27T08:10:00.000Z',
    },
  ],
  events: [auditEventExample],
};
