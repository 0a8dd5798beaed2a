import type { RefusalCode } from '@rekey/kernel';
import { expectWritten, writtenFrom } from '../../../test/written.js';
import { earlyProblems, refusalStatuses } from './problem.js';

/** What leads to a refusal, and which members its document has beside the usual ones. */
const when: Record<RefusalCode, string> = {
  invalid_request:
    'A member is missing, unknown or not well-formed. `errors` has a JSON `pointer` and a `detail` for each.',
  unauthorized:
    'The token, the client secret, or the identifier and password are wrong. A response does not say which.',
  second_factor_required:
    'Sign-in: the password is right, and the account has a second factor. Send it along.',
  step_up_required:
    'A change of password or authenticators, with a session that is too old or too weak for it.',
  forbidden:
    'The token lacks a scope, somebody else owns the client, or the signature of a webhook is wrong.',
  not_found: 'There is no such record, or the token belongs to another record. Both look the same.',
  conflict:
    'Another account has the same address or user name, another authenticator of the kind is bound, or a start was repeated without a secret.',
  not_proven:
    'The recovery needs another proof, also when one that was given no longer holds. `methods` says which; `retry_after` is set while it is held.',
  invalid_state:
    'The recovery is in another state, this kind of proof was given before, or another request is completing the recovery, or has the same `Idempotency-Key` and is being processed: then repeat it after `retry_after`.',
  recovery_closed:
    'The recovery is completed, cancelled, stopped or expired. `state` says which, `completed_at` when it was completed, and `remedies` what a person can do: `sign_in`, `recover` (start again). `detail` says it in a sentence.',
  country_required:
    'The identifier looks like a phone number and has no country code. Send it again with its `country`, or start it with + and the country code. It says nothing about accounts.',
  wrong_proof: 'The value is wrong. `tries_left` says how many attempts the recovery has left.',
  password_refused: '`reason`: `too_short`, `too_long`, `blocklisted` or `too_similar`.',
  idempotency_key_reused: 'The same `Idempotency-Key` came with another request.',
  no_tries_left: 'All attempts of the recovery are used, or those of the day for an authenticator app.',
  rate_limited:
    'A limit of the network, the client or the account is reached. `Retry-After` says when to come back.',
  resend_too_soon: 'The next code may be asked for at `resend_at`.',
  unavailable: 'The database, the queue or the issuer is away. Nothing was granted, and nothing is lost.',
};

test('the reference of errors is as written', () => {
  const rows = (Object.keys(refusalStatuses) as RefusalCode[]).map((code) => {
    const { status, title } = refusalStatuses[code];
    return `| ${status} | \`${code}\` | ${title} | ${when[code]} |`;
  });
  const early = Object.entries(earlyProblems)
    .filter(([, [code]]) => !(code in refusalStatuses))
    .map(([status, [code, title]]) => `| ${status} | \`${code}\` | ${title} |`);
  const page = [
    writtenFrom('libs/http/src/problem.ts'),
    '',
    '# Errors',
    '',
    'Errors of the recovery API, the management API and the JSON routes of the issuer are problem documents (RFC 9457): `type`, `title`,',
    '`status` and `code`, sometimes with more members. **`code` is a promise**: it keeps its meaning. A title may be reworded.',
    '',
    'A 429 has `Retry-After`, and `RateLimit` with `RateLimit-Policy` where the response may name the limit. A 503 has `Retry-After`. A 401 has',
    '`WWW-Authenticate`. A status of 500 or more may have `instance`, which a person can quote and which the logs have as `request_id`.',
    '',
    '| status | code | title | when |',
    '|---|---|---|---|',
    ...rows,
    '',
    'Some requests are refused before a route reads them, and some break something on our side:',
    '',
    '| status | code | title |',
    '|---|---|---|',
    ...early,
    '| 500 | `internal` | Something went wrong on our side. |',
    '',
    'The token endpoints (`/oauth2/…` of the issuer) respond with `error` and `error_description` as OAuth wants it: RFC 6749 §5.2,',
    'RFC 8628 §3.5, and RFC 6750 §3.1 in `WWW-Authenticate`.',
    '',
  ].join('\n');
  expectWritten('docs/reference/errors.md', page);
});
