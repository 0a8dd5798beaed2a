import { type Queryable, sql, statement, type Transaction } from '@rekey/database';
import type { AuthenticationResponse } from '../webauthn.js';

/** A document with the passkey's signature over its digest, as WebAuthn returns it. */
export interface Signed {
  text: string;
  memberId: string;
  passkey: Buffer;
  clientData: Buffer;
  authenticatorData: Buffer;
  signature: Buffer;
}

export const signedBy = (
  text: string,
  { memberId, passkey }: { memberId: string; passkey: Buffer },
  { response }: AuthenticationResponse,
): Signed => ({
  text,
  memberId,
  passkey,
  clientData: Buffer.from(response.clientDataJSON, 'base64url'),
  authenticatorData: Buffer.from(response.authenticatorData, 'base64url'),
  signature: Buffer.from(response.signature, 'base64url'),
});

const insert = statement(
  'override_insert',
  sql`insert into override_requests (id, account_id, request, requester_id, request_passkey, request_client_data,
     request_authenticator_data, request_signature, created_at, expires_at)
   values (:id, :account, :text, :memberId, :passkey, :clientData, :authenticatorData, :signature, :now, :expiresAt)
   on conflict do nothing returning id`,
);

/** @returns false when a request with this id is there already: it was sent twice */
export const insertOverride = async (
  tx: Transaction,
  row: Signed & { id: string; account: string; now: Date; expiresAt: Date },
): Promise<boolean> => (await tx.query(insert, { ...row })).length > 0;

const approve = statement(
  'override_approve',
  sql`update override_requests set approval = :text, approver_id = :memberId, approval_passkey = :passkey, approval_client_data = :clientData,
     approval_authenticator_data = :authenticatorData, approval_signature = :signature, approved_at = :now
   where id = :id and approved_at is null and denied_at is null and expires_at > :now returning id`,
);

/** @returns false when it was decided or has expired meanwhile */
export const approveRow = async (
  tx: Transaction,
  row: Signed & { id: string; now: Date },
): Promise<boolean> => (await tx.query(approve, { ...row })).length > 0;

/** The columns that name who has ended what, and when. */
export interface OverrideRow {
  id: string;
  account_id: string;
  created_at: Date;
  expires_at: Date;
  approved_at: Date | null;
  denied_at: Date | null;
  denied_by: string | null;
  used_at: Date | null;
  used_by: string | null;
  recovery_id: string | null;
  use_seal: Buffer | null;
  request: Signed;
  approval: Signed | undefined;
}

export interface StoredOverride extends Omit<OverrideRow, 'request' | 'approval'> {
  request: string;
  requester_id: string;
  request_passkey: Buffer;
  request_client_data: Buffer;
  request_authenticator_data: Buffer;
  request_signature: Buffer;
  approval: string | null;
  approver_id: string | null;
  approval_passkey: Buffer | null;
  approval_client_data: Buffer | null;
  approval_authenticator_data: Buffer | null;
  approval_signature: Buffer | null;
}

export const overrideColumns = sql`id, account_id, created_at, expires_at, approved_at, denied_at, denied_by, used_at, used_by, recovery_id,
  use_seal, request, requester_id, request_passkey, request_client_data, request_authenticator_data, request_signature,
  approval, approver_id, approval_passkey, approval_client_data, approval_authenticator_data, approval_signature`;

const find = statement('override_find', sql`select ${overrideColumns} from override_requests where id = :id`);

export async function findOverride(database: Queryable, id: string): Promise<OverrideRow | undefined> {
  const [row] = await database.query<StoredOverride>(find, { id });
  return row && overrideIn(row);
}

export function overrideIn(row: StoredOverride): OverrideRow {
  const { id, account_id, created_at, expires_at, approved_at, denied_at, denied_by } = row;
  const { used_at, used_by, recovery_id, use_seal } = row;
  const request: Signed = {
    text: row.request,
    memberId: row.requester_id,
    passkey: row.request_passkey,
    clientData: row.request_client_data,
    authenticatorData: row.request_authenticator_data,
    signature: row.request_signature,
  };
  const times = { created_at, expires_at, approved_at, denied_at, denied_by, used_at, used_by, recovery_id };
  return { id, account_id, ...times, use_seal, request, approval: approvalIn(row) };
}

function approvalIn(row: StoredOverride): Signed | undefined {
  const { approval: text, approver_id: memberId, approval_passkey: passkey } = row;
  const { approval_client_data: clientData, approval_authenticator_data: authenticatorData } = row;
  const { approval_signature: signature } = row;
  if (text === null || memberId === null || !passkey || !clientData || !authenticatorData || !signature)
    return undefined;
  return { text, memberId, passkey, clientData, authenticatorData, signature };
}
