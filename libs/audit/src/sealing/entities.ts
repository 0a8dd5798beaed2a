import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Hashes of the audit tree, 256 beside each other: see `tree/tile.ts`. */
@Entity('audit_tiles')
export class AuditTileEntity {
  @PrimaryColumn('smallint')
  level!: number;

  @PrimaryColumn('bigint')
  index!: string;

  @Column('bytea')
  hashes!: Buffer;
}

/** Where in the tree an event is. */
@Entity('audit_leaves')
export class AuditLeafEntity {
  @PrimaryColumn('bigint')
  position!: string;

  @Column('uuid', { unique: true })
  event_id!: string;

  /** The commitment to the account, which outlives its id. */
  @Column('bytea', { nullable: true })
  account!: Buffer | null;
}

/** What opens the commitments to an account, for as long as it is not erased. */
@Entity('audit_salts')
export class AuditSaltEntity {
  @PrimaryColumn('text')
  account_id!: string;

  @Column('bytea')
  salt!: Buffer;
}

/** A signed head of the tree. */
@Entity('audit_checkpoints')
export class AuditCheckpointEntity {
  @PrimaryColumn('bigint')
  size!: string;

  @Column('text')
  note!: string;

  @Column('timestamptz')
  signed_at!: Date;
}

/** Where sealing stands: one row. */
@Entity('audit_sealing')
export class AuditSealingEntity {
  @PrimaryColumn('boolean', { default: true })
  one!: boolean;

  /** Names the log. */
  @Column('uuid')
  log!: string;

  @Column('bigint', { default: 0 })
  size!: string;

  /** The first position whose event is kept: those before it are past their retention. */
  @Column('bigint', { default: 0 })
  first!: string;

  /** The system identifier of the cluster whose transaction ids these are. */
  @Column('bigint', { nullable: true })
  cluster!: string | null;

  @Column('bigint', { default: 0 })
  recorded_in!: string;

  @Column('uuid', { default: '00000000-0000-0000-0000-000000000000' })
  event_id!: string;

  /** Whether what another cluster recorded, before a restore, is sealed. */
  @Column('boolean', { default: true })
  others_sealed!: boolean;
}

/** Accounts whose events are to be anonymous, as soon as all of them are sealed. */
@Entity('audit_erasures')
export class AuditErasureEntity {
  @PrimaryColumn('text')
  account_id!: string;

  @Column('timestamptz')
  requested_at!: Date;
}

/** Which head each anchor has got last. */
@Entity('audit_anchors')
export class AuditAnchorEntity {
  @PrimaryColumn('text')
  name!: string;

  @Column('bigint')
  size!: string;

  @Column('timestamptz')
  anchored_at!: Date;
}
