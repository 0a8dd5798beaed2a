import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { StaffMemberEntity } from './staff-member.entity.js';
import { StaffPasskeyEntity } from './staff-passkey.entity.js';

/** A request of one member of staff to override proofs of an account, and the approval of another. Both have signed what they have read. */
@Entity('override_requests')
export class OverrideRequestEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  account_id!: string;

  /** Canonical JSON; its SHA-256 is the challenge that the requester's passkey has signed. */
  @Column('text')
  request!: string;

  @ForeignKey(() => StaffMemberEntity, { name: 'override_requests_requester_id_fkey' })
  @Column('uuid')
  requester_id!: string;

  @ForeignKey(() => StaffPasskeyEntity, { name: 'override_requests_request_passkey_fkey' })
  @Column('bytea')
  request_passkey!: Buffer;

  @Column('bytea')
  request_client_data!: Buffer;

  @Column('bytea')
  request_authenticator_data!: Buffer;

  @Column('bytea')
  request_signature!: Buffer;

  @Column('timestamptz')
  created_at!: Date;

  @Column('timestamptz')
  expires_at!: Date;

  /** Canonical JSON with the digest of the request; signed by the approver. */
  @Column('text', { nullable: true })
  approval!: string | null;

  @ForeignKey(() => StaffMemberEntity, { name: 'override_requests_approver_id_fkey' })
  @Column('uuid', { nullable: true })
  approver_id!: string | null;

  @ForeignKey(() => StaffPasskeyEntity, { name: 'override_requests_approval_passkey_fkey' })
  @Column('bytea', { nullable: true })
  approval_passkey!: Buffer | null;

  @Column('bytea', { nullable: true })
  approval_client_data!: Buffer | null;

  @Column('bytea', { nullable: true })
  approval_authenticator_data!: Buffer | null;

  @Column('bytea', { nullable: true })
  approval_signature!: Buffer | null;

  @Column('timestamptz', { nullable: true })
  approved_at!: Date | null;

  @Column('timestamptz', { nullable: true })
  denied_at!: Date | null;

  /** Who has ended it, as the audit names them: a member of staff, or `person` by a stop link. */
  @Column('text', { nullable: true })
  denied_by!: string | null;

  @Column('timestamptz', { nullable: true })
  used_at!: Date | null;

  @Column('uuid', { nullable: true })
  used_by!: string | null;

  /** The recovery in which it has stood for the missing proof. */
  @Column('uuid', { nullable: true })
  recovery_id!: string | null;

  /** A keyed digest of the use: who can write to the table makes none. */
  @Column('bytea', { nullable: true })
  use_seal!: Buffer | null;
}
