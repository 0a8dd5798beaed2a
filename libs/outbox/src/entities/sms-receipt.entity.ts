import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A receipt of a failure that came before the courier had recorded the provider's id of the message. */
@Entity('sms_receipts')
export class SmsReceiptEntity {
  @PrimaryColumn('text')
  provider_id!: string;

  @Column('text')
  reason!: string;

  @Index('sms_receipts_received_at')
  @Column('timestamptz')
  received_at!: Date;
}
