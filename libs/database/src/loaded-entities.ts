import { getMetadataArgsStorage } from 'typeorm';

type EntityClass = new () => object;

/**
 * The entities of the rooms that this process has loaded: each room's `index.ts` imports its own. A list in each app would have to follow
 * the imports of its rooms.
 */
export const loadedEntities = (): EntityClass[] =>
  getMetadataArgsStorage().tables.map(({ target }) => target as EntityClass);

/** PostgreSQL has `gen_random_uuid()` itself. Otherwise TypeORM would create an extension at each start, as the application role. */
export const uuidsOfPostgres = { installExtensions: false, uuidExtension: 'pgcrypto' } as const;
