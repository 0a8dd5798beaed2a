import type { Locale } from '@rekey/kernel';
import { Column, Entity, Generated, PrimaryColumn, Unique } from 'typeorm';

/** An account of the product. `username_lookup` is its blind index; `generation` is new for each account that has the same id. */
@Entity('accounts')
@Unique('accounts_username_lookup_key', ['username_lookup'])
export class AccountEntity {
  @PrimaryColumn('text')
  id!: string;

  @Column('text')
  status!: 'active' | 'disabled';

  @Column('text', { array: true, default: [] })
  roles!: string[];

  @Column('text', { nullable: true })
  locale!: Locale | null;

  @Column('bytea', { nullable: true })
  username_sealed!: Buffer | null;

  @Column('bytea', { nullable: true })
  username_lookup!: Buffer | null;

  @Column('text', { nullable: true })
  password_hash!: string | null;

  @Column('timestamptz', { nullable: true })
  password_changed_at!: Date | null;

  @Column('uuid', { nullable: true })
  password_recovery_id!: string | null;

  @Column('timestamptz')
  created_at!: Date;

  @Column('timestamptz')
  updated_at!: Date;

  @Column('smallint', { default: 1 })
  aal!: 1 | 2;

  @Column('uuid')
  @Generated('uuid')
  generation!: string;

  @Column('timestamptz', { nullable: true })
  evidence_from!: Date | null;

  @Column('bytea', { nullable: true })
  password_put!: Buffer | null;

  @Column('timestamptz', { nullable: true })
  stopped_at!: Date | null;

  @Column('integer', { default: 0 })
  known_browsers_epoch!: number;

  @Column('text', { nullable: true })
  password_cost!: string | null;

  @Column('text', { nullable: true })
  language_tag!: string | null;

  /** The override of staff that stands for a missing proof of the account; null for none. */
  @Column('uuid', { nullable: true })
  attested_by!: string | null;
}
