import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/browser';
import { download } from './download.js';
import type { AuditFilter } from './queries.js';
import { at, query, request } from './request.js';
import type { Role } from './views.js';
import type {
  AssistStarted,
  AssistView,
  DiagnosisView,
  InvitedView,
  MemberView,
  OverrideView,
  ProofView,
} from './work-views.js';

/** What staff do. Each act has a reason, which the audit keeps with it. */

const post = <Answer = undefined>(path: string, body: object): Promise<Answer> => request('POST', path, body);

/** Shows one address in full. */
export const revealAddress = async (accountId: string, addressId: string, reason: string): Promise<string> =>
  (
    await post<{ value: string }>(at`/staff/accounts/${accountId}/addresses/${addressId}/reveal`, {
      reason,
    })
  ).value;

export const markAddress = (
  accountId: string,
  addressId: string,
  as: 'compromised' | 'restore',
  reason: string,
) => post(`${at`/staff/accounts/${accountId}/addresses/${addressId}`}/${as}`, { reason });

export const changeAccount = (id: string, act: 'end-sessions' | 'disable' | 'enable', reason: string) =>
  post(`${at`/staff/accounts/${id}`}/${act}`, { reason });

export const endSession = (accountId: string, sessionId: string, reason: string) =>
  post(at`/staff/accounts/${accountId}/sessions/${sessionId}/end`, { reason });

/** Saves all that is stored about a person (GDPR Art. 15). */
export const exportPerson = (id: string, reason: string) =>
  download('POST', at`/staff/accounts/${id}/export`, `account-${id}.json`, { reason });

export const changeRecovery = (id: string, act: 'release' | 'deny' | 'end-sessions', reason: string) =>
  post(`${at`/staff/recoveries/${id}`}/${act}`, { reason });

/** Sends the code again. @param authenticator id of an address of the account; the server chooses without one */
export const resendCode = (id: string, reason: string, authenticator: string | undefined) =>
  post<{ channel: string; address: string }>(at`/staff/recoveries/${id}/resend`, {
    reason,
    ...(authenticator ? { authenticator } : {}),
  });

export const startAssist = (account_id: string, reason: string) =>
  post<AssistStarted>('/staff/assists', { account_id, reason });
export const matchNumber = (id: string, number: string) =>
  post<AssistView>(at`/staff/assists/${id}/match`, { number });
export const endAssist = (id: string, reason: string) => post(at`/staff/assists/${id}/end`, { reason });

/** A text to read, and the options of the passkey that signs it: their challenge is its digest. */
export interface ToSign {
  text: string;
  options: PublicKeyCredentialRequestOptionsJSON;
}
export interface Signed {
  text: string;
  response: AuthenticationResponseJSON;
}
/** `lost`: ids of the addresses and authenticators that the person has no more. */
export const draftOverride = (of: {
  account_id: string;
  evidence: string;
  reason: string;
  lost?: string[];
}) => post<ToSign>('/staff/overrides/draft', of);
export const requestOverride = (signed: Signed) => post<OverrideView>('/staff/overrides', signed);
export const draftApproval = (id: string) => post<ToSign>(at`/staff/overrides/${id}/approval/draft`, {});
export const approveOverride = (id: string, signed: Signed) =>
  post<OverrideView>(at`/staff/overrides/${id}/approval`, signed);
export const denyOverride = (id: string, reason: string) => post(at`/staff/overrides/${id}/deny`, { reason });
export const spendOverride = (id: string, recovery_id: string, reason: string) =>
  post(at`/staff/overrides/${id}/use`, { recovery_id, reason });

export const invite = (name: string, role: Role, reason: string) =>
  post<InvitedView>('/staff/members/invitations', { name, role, reason });
export const inviteAgain = (id: string, reason: string) =>
  post<InvitedView>(at`/staff/members/${id}/invitation`, { reason });
export const changeMember = (
  id: string,
  change: { role?: Role; disabled?: boolean },
  reason: string,
): Promise<MemberView> => request('PATCH', at`/staff/members/${id}`, { ...change, reason });

/** Why a token is not accepted. It is in the body of this request, and nowhere else. */
export const diagnose = (token: string) => post<DiagnosisView>('/staff/diagnoses', { token });

export const exportAudit = (filter: AuditFilter, format: 'ndjson' | 'csv') =>
  download('GET', `/staff/audit/export${query({ format, ...filter })}`, `audit.${format}`);
export const readProof = (id: string): Promise<ProofView> => request('GET', at`/staff/audit/${id}/proof`);
