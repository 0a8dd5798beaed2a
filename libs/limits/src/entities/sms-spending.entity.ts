import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The SMS cost of one budget since it was last reset. */
@Entity('sms_spending')
export class SmsSpendingEntity {
  @PrimaryColumn('text')
  scope!: string;

  @Column('bigint', { default: 0 })
  spent!: string;

  @Column('bigint', { default: 0 })
  unproven!: string;

  @Column('timestamptz')
  resets_at!: Date;
}
