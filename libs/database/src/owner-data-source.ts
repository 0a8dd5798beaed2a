import pg from 'pg';
import { DataSource, type QueryRunner } from 'typeorm';
import { ListenedClient } from './listened-client.js';
import { loadedEntities, uuidsOfPostgres } from './loaded-entities.js';
import { type Migration, migrations } from './migrations/index.js';
import { migrationSettings } from './session-settings.js';

/** TypeORM as the owner of the tables uses it: for migrations, and for TypeORM's own commands. It is not connected yet. */
export const ownerDataSource = (options: { url: string }): DataSource =>
  new DataSource({
    type: 'postgres',
    driver: pg,
    schema: 'public',
    entities: loadedEntities(),
    migrations: migrations.map(inPublic),
    migrationsTableName: 'schema_migrations',
    migrationsTransactionMode: 'each',
    synchronize: false,
    logging: false,
    ...uuidsOfPostgres,
    extra: { Client: ListenedClient, connectionString: options.url },
  });

/** Runs on the tables in `public`, whatever the owner's `search_path`. */
const inPublic = (Each: Migration): Migration =>
  class extends Each {
    override async up(queryRunner: QueryRunner): Promise<void> {
      await queryRunner.query(migrationSettings);
      await super.up(queryRunner);
    }

    override async down(queryRunner: QueryRunner): Promise<void> {
      await queryRunner.query(migrationSettings);
      await super.down(queryRunner);
    }
  };
