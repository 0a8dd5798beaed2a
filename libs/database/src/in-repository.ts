import { type EntityManager, QueryFailedError, type Repository } from 'typeorm';
import { namingConnectionFault } from './connection-fault.js';

/**
 * The methods of TypeORM's repository that send one statement and no more. `save`, `remove` and `upsert` are not among them: they read
 * rows first, or write every column.
 */
export type ColdRepository<Entity extends object> = Pick<
  Repository<Entity>,
  'find' | 'findOne' | 'exists' | 'countBy' | 'insert' | 'update' | 'delete' | 'createQueryBuilder'
>;

export type EntityClass<Entity extends object> = new () => Entity;

/** @throws the same faults as a hand-written statement: TypeORM's own fault carries the values, which may be secret */
export async function inRepository<Entity extends object, T>(
  manager: EntityManager,
  entity: EntityClass<Entity>,
  work: (repository: ColdRepository<Entity>) => Promise<T>,
): Promise<T> {
  try {
    return await work(manager.getRepository(entity));
  } catch (fault) {
    throw namingConnectionFault(fault instanceof QueryFailedError ? fault.driverError : fault);
  }
}
