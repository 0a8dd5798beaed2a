import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Grant } from '../grants.js';
import type { ClientLifetimes } from '../lifetimes.js';

/** An OAuth client. Without an `owner`, the settings own it. */
@Entity('clients')
export class ClientEntity {
  @PrimaryColumn('text')
  client_id!: string;

  @Column('text')
  name!: string;

  @Column('text')
  type!: 'public' | 'confidential';

  @Column('bytea', { nullable: true })
  secret_digest!: Buffer | null;

  @Column('text', { array: true })
  redirect_uris!: string[];

  @Column('text', { array: true })
  grants!: Grant[];

  @Column('text', { array: true })
  scopes!: string[];

  @Column('jsonb', { default: {} })
  lifetimes!: ClientLifetimes;

  @Column('timestamptz')
  created_at!: Date;

  @Column('timestamptz')
  updated_at!: Date;

  @Column('timestamptz', { nullable: true })
  tokens_from!: Date | null;

  @Column('text', { nullable: true })
  owner!: string | null;
}
