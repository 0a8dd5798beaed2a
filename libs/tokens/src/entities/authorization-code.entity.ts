import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An authorization code (RFC 6749 §4.1), as a digest. */
@Entity('authorization_codes')
export class AuthorizationCodeEntity {
  @PrimaryColumn('bytea')
  digest!: Buffer;

  @Column('text')
  client_id!: string;

  @Column('text')
  redirect_uri!: string;

  @Column('text')
  code_challenge!: string;

  @Column('text')
  account_id!: string;

  @Column('uuid', { nullable: true })
  recovery_id!: string | null;

  @Column('text')
  acr!: string;

  @Column('text', { array: true })
  amr!: string[];

  @Column('timestamptz')
  auth_time!: Date;

  @Column('timestamptz')
  expires_at!: Date;

  @Column('timestamptz', { nullable: true })
  used_at!: Date | null;

  @Column('uuid', { nullable: true })
  session_id!: string | null;

  @Column('uuid', { nullable: true })
  generation!: string | null;

  @Column('text', { array: true, default: [] })
  authenticators!: string[];

  @Column('timestamptz', { nullable: true })
  proven_since!: Date | null;
}
