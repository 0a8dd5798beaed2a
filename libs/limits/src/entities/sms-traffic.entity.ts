import { Column, Entity, PrimaryColumn } from 'typeorm';

/** SMS sent to a range of phone numbers in one time slot, and how many led to a proof. */
@Entity('sms_traffic')
export class SmsTrafficEntity {
  @PrimaryColumn('text')
  prefix!: string;

  @PrimaryColumn('timestamptz')
  slot!: Date;

  @Column('integer')
  sent!: number;

  @Column('integer', { default: 0 })
  proven!: number;
}
