import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { AuthenticatorEntity } from './authenticator.entity.js';

/** One backup code, as a digest. */
@Entity('backup_codes')
export class BackupCodeEntity {
  @ForeignKey(() => AuthenticatorEntity, { name: 'backup_codes_authenticator_id_fkey', onDelete: 'CASCADE' })
  @PrimaryColumn('uuid')
  authenticator_id!: string;

  @PrimaryColumn('bytea')
  digest!: Buffer;

  @Column('timestamptz', { nullable: true })
  used_at!: Date | null;
}
