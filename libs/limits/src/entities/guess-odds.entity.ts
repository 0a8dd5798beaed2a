import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The odds that attempts charged to one key have guessed a secret, summed per time slot. */
@Entity('guess_odds')
export class GuessOddsEntity {
  @PrimaryColumn('bytea')
  key!: Buffer;

  @PrimaryColumn('integer')
  slot!: number;

  @Column('float8')
  odds!: number;

  @Column('smallint', { nullable: true })
  digits!: number | null;

  @Column('timestamptz')
  expires_at!: Date;
}
