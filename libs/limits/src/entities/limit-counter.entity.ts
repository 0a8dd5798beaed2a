import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What was spent of one budget since it was last reset. */
@Entity('limit_counters')
export class LimitCounterEntity {
  @PrimaryColumn('bytea')
  key!: Buffer;

  @Column('integer')
  spent!: number;

  @Column('timestamptz')
  resets_at!: Date;
}
