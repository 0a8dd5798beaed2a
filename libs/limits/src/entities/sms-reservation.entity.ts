import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The cost of one SMS, reserved before it is sent. */
@Entity('sms_reservations')
export class SmsReservationEntity {
  @PrimaryColumn('uuid')
  message_id!: string;

  @Column('text')
  country!: string;

  @Column('text')
  prefix!: string;

  @Column('text', { nullable: true })
  client_id!: string | null;

  @Column('bytea')
  number!: Buffer;

  @Column('boolean')
  is_code!: boolean;

  @Column('boolean')
  counts!: boolean;

  @Column('bigint')
  price!: string;

  @Column('boolean')
  unproven!: boolean;

  @Column('timestamptz')
  reserved_at!: Date;

  @Column('timestamptz')
  slot!: Date;

  @Column('text', { array: true })
  probing!: string[];

  @Column('timestamptz', { nullable: true })
  proven_at!: Date | null;

  @Column('boolean', { default: false })
  counted!: boolean;
}
