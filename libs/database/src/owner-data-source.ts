import pg from 'pg';
import { DataSource } from 'typeorm';
import { ListenedClient } from './listened-client.js';
import { loadedEntities, uuidsOfPostgres } from './loaded-entities.js';
import { migrations } from './migrations/index.js';

/** TypeORM as the owner of the tables uses it: for migrations, and for TypeORM's own commands. It is not connected yet. */
export const ownerDataSource = (options: { url: string }): DataSource =>
  new DataSource({
    type: 'postgres',
    driver: pg,
    url: options.url,
    entities: loadedEntities(),
    migrations,
    migrationsTableName: 'schema_migrations',
    migrationsTransactionMode: 'each',
    synchronize: false,
    logging: false,
    ...uuidsOfPostgres,
    extra: { Client: ListenedClient },
  });
