import type { Locale } from '@rekey/kernel';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** `waiting` for a caller to enter the code, `opened` by a browser or app, `matched`: its recovery was started, `ended` without one. */
export type AssistState = 'waiting' | 'opened' | 'matched' | 'ended';

/** What ended an assist: a wrong number, a member of staff, or that the account is gone or disabled. */
export type AssistEnd = 'number' | 'staff' | 'account';

/** A member of staff helps a caller to start a recovery in the caller's own browser or app. */
@Entity('assists')
export class AssistEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  account_id!: string;

  @Column('uuid')
  generation!: string;

  @Column('uuid')
  member_id!: string;

  /** A keyed digest. */
  @Column('bytea')
  code_digest!: Buffer;

  @Column('text')
  state!: AssistState;

  @Column('timestamptz')
  created_at!: Date;

  @Column('timestamptz')
  expires_at!: Date;

  @Column('bytea', { nullable: true })
  opened_by!: Buffer | null;

  @Column('bytea', { nullable: true })
  source_key!: Buffer | null;

  @Column('jsonb', { nullable: true })
  known_as!: object | null;

  @Column('text', { nullable: true })
  locale!: Locale | null;

  @Column('text', { nullable: true })
  client_id!: string | null;

  @Column('boolean', { default: false })
  client_authenticated!: boolean;

  @Column('uuid', { nullable: true })
  recovery_id!: string | null;

  @Column('text', { nullable: true })
  ended_by!: AssistEnd | null;
}
