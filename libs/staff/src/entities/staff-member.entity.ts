import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { StaffRole } from '../rights.js';

/** A person who works at the console. Rows stay, since the audit names them. */
@Entity('staff_members')
export class StaffMemberEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  name!: string;

  @Column('text')
  role!: StaffRole;

  /** Entered in development without a passkey. */
  @Column('boolean', { default: false })
  demo!: boolean;

  /** Keyed, of what says who and what this is: the row is as we have made it. */
  @Column('bytea')
  seal!: Buffer;

  @Column('timestamptz')
  created_at!: Date;

  @Column('timestamptz', { nullable: true })
  disabled_at!: Date | null;
}
