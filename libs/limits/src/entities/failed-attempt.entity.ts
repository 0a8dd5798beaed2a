import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Failed attempts of one key, and how long it has to wait. */
@Entity('failed_attempts')
export class FailedAttemptEntity {
  @PrimaryColumn('bytea')
  key!: Buffer;

  @Column('integer')
  failures!: number;

  @Column('timestamptz')
  wait_until!: Date;

  @Column('timestamptz')
  forget_at!: Date;

  @Column('boolean', { default: false })
  told!: boolean;
}
