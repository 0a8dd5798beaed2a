import { Column, Entity, PrimaryColumn, Unique } from 'typeorm';

/** A device authorization (RFC 8628). Both of its codes are digests. */
@Entity('device_codes')
@Unique('device_codes_device_digest_key', ['device_digest'])
@Unique('device_codes_user_digest_key', ['user_digest'])
export class DeviceCodeEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('bytea')
  device_digest!: Buffer;

  @Column('bytea')
  user_digest!: Buffer;

  @Column('text')
  client_id!: string;

  @Column('text')
  scope!: string;

  @Column('timestamptz')
  created_at!: Date;

  @Column('timestamptz')
  expires_at!: Date;

  @Column('integer')
  poll_ms!: number;

  @Column('timestamptz', { nullable: true })
  polled_at!: Date | null;

  @Column('text', { default: 'pending' })
  state!: 'pending' | 'approved' | 'denied' | 'used';

  @Column('text', { nullable: true })
  account_id!: string | null;

  @Column('uuid', { nullable: true })
  session_id!: string | null;
}
