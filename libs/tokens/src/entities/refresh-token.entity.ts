import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A refresh token of a session, as a digest. The newest one is not replaced. */
@Entity('refresh_tokens')
export class RefreshTokenEntity {
  @PrimaryColumn('bytea')
  digest!: Buffer;

  @Column('uuid')
  session_id!: string;

  @Column('timestamptz')
  created_at!: Date;

  @Column('timestamptz', { nullable: true })
  replaced_at!: Date | null;
}
