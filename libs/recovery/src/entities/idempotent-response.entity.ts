import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { RecoveryEntity } from './recovery.entity.js';

/** The response to a request with an idempotency key, for its repetition. */
@Entity('idempotent_responses')
export class IdempotentResponseEntity {
  @PrimaryColumn('bytea')
  key!: Buffer;

  @Column('bytea')
  request!: Buffer;

  @ForeignKey(() => RecoveryEntity, { name: 'idempotent_responses_recovery_id_fkey', onDelete: 'CASCADE' })
  @Column('uuid')
  recovery_id!: string;

  @Column('json')
  response!: object;

  @Column('timestamptz')
  expires_at!: Date;
}
