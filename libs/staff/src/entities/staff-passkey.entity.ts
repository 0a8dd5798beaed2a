import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { StaffMemberEntity } from './staff-member.entity.js';

/** A passkey of a member of staff. One that has ended stays: what it has signed can still be verified. */
@Entity('staff_passkeys')
export class StaffPasskeyEntity {
  /** The credential id. */
  @PrimaryColumn('bytea')
  id!: Buffer;

  @ForeignKey(() => StaffMemberEntity, { name: 'staff_passkeys_member_id_fkey' })
  @Column('uuid')
  member_id!: string;

  /** COSE_Key (RFC 9052). */
  @Column('bytea')
  public_key!: Buffer;

  /** A keyed digest of id, member and public key: the row is as we have made it. */
  @Column('bytea')
  seal!: Buffer;

  /** The signature counter that was seen last; 0 for a passkey that does not count (WebAuthn §6.1.1). */
  @Column('bigint')
  counter!: string;

  @Column('text', { array: true })
  transports!: string[];

  /** Copied to other devices of its owner. */
  @Column('boolean')
  synced!: boolean;

  @Column('timestamptz')
  created_at!: Date;

  @Column('timestamptz', { nullable: true })
  last_used_at!: Date | null;

  @Column('timestamptz', { nullable: true })
  ended_at!: Date | null;
}
