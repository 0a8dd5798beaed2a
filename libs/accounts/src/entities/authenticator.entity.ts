import type { BoundKind } from '@rekey/proofs';
import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { AccountEntity } from './account.entity.js';

/** An authenticator app, or a set of backup codes. Unbound until its owner has shown a first value. */
@Entity('authenticators')
export class AuthenticatorEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @ForeignKey(() => AccountEntity, { name: 'authenticators_account_id_fkey', onDelete: 'CASCADE' })
  @Column('text')
  account_id!: string;

  @Column('text')
  kind!: BoundKind;

  @Column('timestamptz')
  created_at!: Date;

  @Column('timestamptz', { nullable: true })
  bound_at!: Date | null;

  @Column('uuid', { nullable: true })
  bound_by!: string | null;

  @Column('timestamptz', { nullable: true })
  disabled_at!: Date | null;

  @Column('bytea', { nullable: true })
  secret_sealed!: Buffer | null;

  @Column('bigint', { nullable: true })
  last_step!: string | null;

  @Column('bytea', { nullable: true })
  salt!: Buffer | null;

  @Column('text', { nullable: true })
  bound_from!: string | null;

  @Column('text', { nullable: true })
  bound_client!: string | null;

  @Column('timestamptz', { nullable: true })
  counts_from!: Date | null;

  @Column('timestamptz', { nullable: true })
  suspended_at!: Date | null;

  @Column('uuid', { nullable: true })
  suspended_by!: string | null;

  @Column('timestamptz', { nullable: true })
  removed_at!: Date | null;

  @Column('uuid', { nullable: true })
  removed_by!: string | null;

  @Column('uuid', { nullable: true })
  replaced_by!: string | null;
}
