import { grantRights } from './grants.js';
import { migrate } from './migrate.js';
import { type RoleRights, some } from './rights.js';

export interface DatabaseUrls {
  /** Of the role that owns the tables; left out, the role that works owns them. */
  ownerUrl?: string | undefined;
  /** Of the role that works. */
  url: string;
}

/**
 * Brings both schemas up to date and gives the role that works its rights. For the embedded PostgreSQL and yours alike.
 *
 * @param migrateQueue brings the schema of the queue up to date
 * @returns the migrations that ran now, and what the role that works may do
 * @throws where the two are said to be different roles, and the one that works may do all the same what only the owner should
 */
export async function bringUpToDate(
  of: DatabaseUrls,
  migrateQueue: (of: { url: string }) => Promise<void>,
): Promise<{ done: string[]; rights: RoleRights }> {
  const ownerUrl = of.ownerUrl ?? of.url;
  const asOwner = <T>(work: Promise<T>): Promise<T> => work.catch(namingTheOwner(of.ownerUrl));
  const done = await asOwner(migrate({ url: ownerUrl }));
  await asOwner(migrateQueue({ url: ownerUrl }));
  const rights = await grantRights({ ownerUrl, url: of.url });
  if (ownerUrl !== of.url && rights.surplus.length > 0)
    throw new Error(
      `DATABASE_URL: its role ${rights.role} ${some(rights.surplus)}; allowed beside DATABASE_OWNER_URL: a role of its own that owns nothing, see "Database roles" in docs/operate/database-roles.md`,
    );
  return { done, rights };
}

/** @returns a line for a person, where the role that works may do more than its work takes */
export const surplusWarning = ({ role, surplus }: Pick<RoleRights, 'role' | 'surplus'>): string =>
  `DATABASE_URL: its role ${role} ${some(surplus)}; give it a role of its own, see "Database roles" in docs/operate/database-roles.md`;

const namingTheOwner = (ownerUrl: string | undefined) => (fault: unknown) => {
  if (Object(fault).code === '42501')
    throw new Error(
      ownerUrl
        ? `DATABASE_OWNER_URL: its role may not change the schema (${Object(fault).message}); name the role that owns it`
        : `DATABASE_URL: its role may not change the schema (${Object(fault).message}); name the role that owns it in DATABASE_OWNER_URL`,
    );
  throw ownerUrl ? Object.assign(Object(fault), { setting: 'DATABASE_OWNER_URL' }) : fault;
};
