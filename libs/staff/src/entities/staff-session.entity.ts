import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { StaffMemberEntity } from './staff-member.entity.js';
import { StaffPasskeyEntity } from './staff-passkey.entity.js';

/** A sign-in of a member of staff, in one browser. */
@Entity('staff_sessions')
export class StaffSessionEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @ForeignKey(() => StaffMemberEntity, { name: 'staff_sessions_member_id_fkey' })
  @Column('uuid')
  member_id!: string;

  /** Null for a demo session. */
  @ForeignKey(() => StaffPasskeyEntity, { name: 'staff_sessions_passkey_id_fkey' })
  @Column('bytea', { nullable: true })
  passkey_id!: Buffer | null;

  /** Keyed, of the secret in the cookie. */
  @Column('bytea')
  digest!: Buffer;

  /** Keyed, of what says who and what this is: the row is as we have made it. */
  @Column('bytea')
  seal!: Buffer;

  @Column('timestamptz')
  created_at!: Date;

  @Column('timestamptz')
  last_seen_at!: Date;

  @Column('timestamptz')
  idle_expires_at!: Date;

  @Column('timestamptz')
  expires_at!: Date;

  @Column('timestamptz')
  fresh_until!: Date;

  @Column('timestamptz', { nullable: true })
  ended_at!: Date | null;
}
