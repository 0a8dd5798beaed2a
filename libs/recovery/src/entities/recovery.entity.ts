import type { Channel, Locale } from '@rekey/kernel';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { RecoveryState } from '../state-machine.js';

/** A recovery. `state-machine.ts` has the transitions of its `state`. */
@Entity('recoveries')
export class RecoveryEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  state!: RecoveryState;

  @Column('timestamptz')
  created_at!: Date;

  @Column('timestamptz')
  idle_expires_at!: Date;

  @Column('timestamptz')
  expires_at!: Date;

  @Column('timestamptz', { nullable: true })
  held_until!: Date | null;

  @Column('timestamptz', { nullable: true })
  ended_at!: Date | null;

  @Column('bytea', { nullable: true })
  identifier_sealed!: Buffer | null;

  @Column('bytea', { array: true })
  identifier_digests!: Buffer[];

  @Column('text', { nullable: true })
  locale!: Locale | null;

  @Column('text', { nullable: true })
  channel!: Channel | null;

  @Column('text')
  client_id!: string;

  @Column('text', { nullable: true })
  redirect_uri!: string | null;

  @Column('text', { nullable: true })
  redirect_state!: string | null;

  @Column('text', { nullable: true })
  code_challenge!: string | null;

  @Column('text', { nullable: true })
  account_id!: string | null;

  @Column('integer', { default: 0 })
  tries!: number;

  @Column('integer', { default: 1 })
  sends!: number;

  @Column('timestamptz')
  resend_at!: Date;

  @Column('timestamptz', { nullable: true })
  proven_at!: Date | null;

  @Column('uuid', { nullable: true })
  lease_id!: string | null;

  @Column('timestamptz', { nullable: true })
  lease_expires_at!: Date | null;

  @Column('timestamptz', { nullable: true })
  completed_at!: Date | null;

  @Column('boolean', { default: false })
  password_set!: boolean;

  @Column('text', { array: true, default: [] })
  proofs!: string[];

  @Column('text', { array: true, default: [] })
  amr!: string[];

  @Column('text', { nullable: true })
  acr!: string | null;

  @Column('bytea')
  guess_key!: Buffer;

  @Column('uuid', { nullable: true })
  generation!: string | null;

  @Column('text', { array: true, default: [] })
  proof_authenticators!: string[];

  @Column('timestamptz', { array: true, default: [] })
  proof_times!: Date[];

  @Column('boolean', { default: false })
  client_authenticated!: boolean;

  @Column('boolean', { default: false })
  suspended!: boolean;

  @Column('boolean', { default: false })
  password_ended!: boolean;

  @Column('bytea', { nullable: true })
  source_key!: Buffer | null;

  @Column('jsonb', { nullable: true })
  known_as!: object | null;

  @Column('timestamptz', { nullable: true })
  held_for!: Date | null;

  @Column('text', { array: true, nullable: true })
  held_by!: string[] | null;

  /** The assist by which staff have started it; null when its person has. */
  @Column('uuid', { nullable: true })
  assist_id!: string | null;
}
