import type { KeyUse, SigningAlgorithm } from '@rekey/kernel';
import type { JWK } from 'jose';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A signing key, its private half encrypted. */
@Entity('signing_keys')
export class SigningKeyEntity {
  @PrimaryColumn('text')
  kid!: string;

  @Column('text')
  use!: KeyUse;

  @Column('text')
  alg!: SigningAlgorithm;

  @Column('bytea')
  private_sealed!: Buffer;

  @Column('jsonb')
  public_jwk!: JWK;

  @Column('timestamptz')
  created_at!: Date;

  @Column('integer')
  generation!: number;

  @Column('timestamptz')
  active_from!: Date;
}
