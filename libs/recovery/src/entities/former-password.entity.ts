import { Column, Entity, ForeignKey, PrimaryColumn, Unique } from 'typeorm';
import { RecoveryEntity } from './recovery.entity.js';

/** The password before a recovery, encrypted, for as long as a stop can restore it. */
@Entity('former_passwords')
@Unique('former_passwords_recovery_id_key', ['recovery_id'])
export class FormerPasswordEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @ForeignKey(() => RecoveryEntity, { name: 'former_passwords_recovery_id_fkey', onDelete: 'CASCADE' })
  @Column('uuid')
  recovery_id!: string;

  @Column('bytea', { nullable: true })
  sealed!: Buffer | null;

  @Column('uuid', { nullable: true })
  set_by!: string | null;

  @Column('timestamptz')
  until!: Date;
}
