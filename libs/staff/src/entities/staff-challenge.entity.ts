import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A challenge that was used, until it would have expired. */
@Entity('staff_challenges')
export class StaffChallengeEntity {
  /** SHA-256 of the challenge. */
  @PrimaryColumn('bytea')
  digest!: Buffer;

  @Column('timestamptz')
  expires_at!: Date;
}
