import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { AccountEntity } from './account.entity.js';

/** A network in which an account has signed in or was recovered. `network` is a keyed digest, see `known-network.ts`. */
@Entity('known_networks')
export class KnownNetworkEntity {
  @ForeignKey(() => AccountEntity, { name: 'known_networks_account_id_fkey', onDelete: 'CASCADE' })
  @PrimaryColumn('text')
  account_id!: string;

  @PrimaryColumn('bytea')
  network!: Buffer;

  @Column('integer')
  epoch!: number;

  @Column('timestamptz')
  seen_at!: Date;
}
