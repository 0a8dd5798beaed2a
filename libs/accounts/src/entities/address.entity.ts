import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import type { AddressKind } from '../identifier.js';
import { AccountEntity } from './account.entity.js';

/** A mail address or phone number of an account, encrypted. `lookup` and `exact` are its blind indexes. */
@Entity('addresses')
export class AddressEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @ForeignKey(() => AccountEntity, { name: 'addresses_account_id_fkey', onDelete: 'CASCADE' })
  @Column('text')
  account_id!: string;

  @Column('text')
  kind!: AddressKind;

  @Column('bytea')
  sealed!: Buffer;

  @Column('bytea')
  lookup!: Buffer;

  @Column('bytea')
  exact!: Buffer;

  @Column('boolean')
  verified!: boolean;

  @Column('boolean')
  is_primary!: boolean;

  @Column('timestamptz')
  created_at!: Date;

  @Column('timestamptz', { nullable: true })
  removed_at!: Date | null;

  @Column('integer', { default: 1 })
  binding!: number;

  @Column('timestamptz', { nullable: true })
  disabled_at!: Date | null;

  @Column('timestamptz', { nullable: true })
  bound_at!: Date | null;

  @Column('timestamptz', { nullable: true })
  compromised_at!: Date | null;
}
