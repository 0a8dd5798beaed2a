import type { Channel, MessageKind } from '@rekey/kernel';
import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';

/** A message of the outbox. The code that it carries is derived, never stored. */
@Entity('messages')
export class MessageEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { nullable: true })
  recovery_id!: string | null;

  @Column('text')
  kind!: MessageKind;

  @Column('text')
  state!: 'queued' | 'sent' | 'dropped' | 'failed';

  @Column('text', { nullable: true })
  reason!: string | null;

  @Column('timestamptz')
  created_at!: Date;

  @Column('timestamptz')
  expires_at!: Date;

  @Column('timestamptz')
  due_at!: Date;

  @Column('integer', { default: 0 })
  attempts!: number;

  @Column('integer', { default: 0 })
  counter!: number;

  @Column('text', { nullable: true })
  channel!: Channel | null;

  @Column('text', { nullable: true })
  key_id!: string | null;

  @Column('bytea', { nullable: true })
  bound_to!: Buffer | null;

  @Column('uuid', { nullable: true })
  address_id!: string | null;

  @Column('text', { nullable: true })
  provider_id!: string | null;

  @Column('timestamptz', { nullable: true })
  sent_at!: Date | null;

  @Column('text', { nullable: true })
  account_id!: string | null;

  @Column('text', { nullable: true })
  authenticator!: string | null;

  @Column('text', { nullable: true })
  change!: string | null;

  @Column('uuid', { nullable: true })
  request_id!: string | null;

  @Column('text', { nullable: true })
  traceparent!: string | null;

  @Column('smallint', { nullable: true })
  digits!: number | null;
}

/** Messages are deleted with their recovery. The room of recoveries says so, since this one knows no recovery. */
export const deleteMessagesWith = (recovery: new () => object): void =>
  ForeignKey(() => recovery, { name: 'messages_recovery_id_fkey', onDelete: 'CASCADE' })(
    MessageEntity.prototype,
    'recovery_id',
  );
