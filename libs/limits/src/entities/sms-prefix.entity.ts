import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A range of phone numbers, with its circuit breaker. */
@Entity('sms_prefixes')
export class SmsPrefixEntity {
  @PrimaryColumn('text')
  prefix!: string;

  @Column('timestamptz', { nullable: true })
  proven_at!: Date | null;

  @Column('timestamptz', { nullable: true })
  open_until!: Date | null;

  @Column('integer', { default: 0 })
  probes!: number;
}
