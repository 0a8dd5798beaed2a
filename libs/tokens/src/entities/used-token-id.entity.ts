import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The id of a token that may be used once. */
@Entity('used_token_ids')
export class UsedTokenIdEntity {
  @PrimaryColumn('text')
  jti!: string;

  @Column('timestamptz')
  expires_at!: Date;
}
