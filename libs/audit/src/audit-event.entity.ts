import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { AuditEvent } from './audit-event.js';
import type { AuditEventName } from './events.js';

/** An audit event. Rows are added and read, never changed; the database sets `recorded_at` and `recorded_in`. */
@Entity('audit_events')
export class AuditEventEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('timestamptz')
  at!: Date;

  @Column('text')
  event!: AuditEventName;

  @Column('text')
  actor!: string;

  @Column('text', { nullable: true })
  account_id!: string | null;

  @Column('uuid', { nullable: true })
  recovery_id!: string | null;

  @Column('jsonb', { default: {} })
  detail!: NonNullable<AuditEvent['detail']>;

  @Column('timestamptz', { nullable: true, default: () => 'now()' })
  recorded_at!: Date | null;

  /** The transaction that recorded it, by the count of the database: see `sealing/`. Its default is written as TypeORM reads it: without casts. */
  @Column('bigint', { default: () => '((pg_current_xact_id()))' })
  recorded_in!: string;
  @Column('text', { nullable: true })
  request_id!: string | null;

  @Column('text', { nullable: true })
  source!: string | null;
}
