import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * A session: what a person, or a client for itself, was granted. Deleting the account removes `account_id`. `unused_access_id` is the id of
 * the access token that a recovery led to, as long as no token of the session has been shown to us.
 */
@Entity('sessions')
export class SessionEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text', { nullable: true })
  account_id!: string | null;

  @Column('text')
  client_id!: string;

  @Column('text')
  scope!: string;

  @Column('text')
  acr!: string;

  @Column('text', { array: true })
  amr!: string[];

  @Column('timestamptz')
  auth_time!: Date;

  @Column('uuid', { nullable: true })
  recovery_id!: string | null;

  @Column('bigint')
  idle_ms!: string;

  @Column('bigint')
  access_ms!: string;

  @Column('timestamptz')
  created_at!: Date;

  @Column('timestamptz')
  expires_at!: Date;

  @Column('timestamptz', { nullable: true })
  ended_at!: Date | null;

  @Column('text', { nullable: true })
  end_reason!: string | null;

  @Column('uuid', { nullable: true })
  generation!: string | null;

  @Column('uuid', { nullable: true })
  unused_access_id!: string | null;
}
