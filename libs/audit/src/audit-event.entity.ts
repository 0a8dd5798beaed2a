import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { AuditEvent } from './audit-event.js';
import type { AuditEventName } from './events.js';

/** An audit event. Rows are added and read, never changed; the database sets `recorded_at`. */
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
}
