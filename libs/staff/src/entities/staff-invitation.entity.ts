import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { StaffMemberEntity } from './staff-member.entity.js';

/** The right to register one passkey for a member of staff, once. */
@Entity('staff_invitations')
export class StaffInvitationEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @ForeignKey(() => StaffMemberEntity, { name: 'staff_invitations_member_id_fkey' })
  @Column('uuid')
  member_id!: string;

  /** Keyed, of the secret in the link. */
  @Column('bytea')
  digest!: Buffer;

  /** Keyed, of what says who and what this is: the row is as we have made it. */
  @Column('bytea')
  seal!: Buffer;

  @Column('timestamptz')
  created_at!: Date;

  @Column('timestamptz')
  expires_at!: Date;

  @Column('timestamptz', { nullable: true })
  used_at!: Date | null;
}
