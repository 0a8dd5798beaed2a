import { grantPrivileges } from './grants.js';
import { migrate } from './migrate.js';
import { listedInPart, type RolePrivileges } from './privileges.js';
import { isPrivilegeMissing } from './sql-states.js';

export interface DatabaseUrls {
  /** Of the role that owns the tables; when omitted, the application role owns them. */
  ownerUrl?: string | undefined;
  /** Of the application role. */
  url: string;
}

/**
 * Brings both schemas up to date and gives the application role its privileges. For the embedded PostgreSQL and for an external one.
 *
 * @param migrateQueue brings the schema of the queue up to date
 * @returns the migrations that ran now, and the privileges of the application role
 * @throws when the two URLs are meant to be different roles, but the application role has privileges that only the owner should have
 */
export async function prepareSchema(
  of: DatabaseUrls,
  migrateQueue: (of: { url: string }) => Promise<void>,
): Promise<{ done: string[]; rights: RolePrivileges }> {
  const ownerUrl = of.ownerUrl ?? of.url;
  const asOwner = <T>(work: Promise<T>): Promise<T> => work.catch(namingTheOwner(of.ownerUrl));
  const done = await asOwner(migrate({ url: ownerUrl }));
  await asOwner(migrateQueue({ url: ownerUrl }));
  const rights = await grantPrivileges({ ownerUrl, url: of.url });
  if (ownerUrl !== of.url && rights.surplus.length > 0)
    throw new Error(
      `DATABASE_URL: its role ${rights.role} ${listedInPart(rights.surplus)}; allowed with DATABASE_OWNER_URL: a separate role that owns nothing, see "Database roles" in docs/operate/database-roles.md`,
    );
  return { done, rights };
}

/** @returns a line for a person when the application role has more privileges than it needs */
export const excessPrivilegesWarning = ({
  role,
  surplus,
}: Pick<RolePrivileges, 'role' | 'surplus'>): string =>
  `DATABASE_URL: its role ${role} ${listedInPart(surplus)}; give it a separate role, see "Database roles" in docs/operate/database-roles.md`;

const namingTheOwner = (ownerUrl: string | undefined) => (fault: unknown) => {
  if (isPrivilegeMissing(fault))
    throw new Error(
      ownerUrl
        ? `DATABASE_OWNER_URL: its role may not change the schema (${Object(fault).message}); name the role that owns it`
        : `DATABASE_URL: its role may not change the schema (${Object(fault).message}); name the role that owns it in DATABASE_OWNER_URL`,
    );
  throw ownerUrl ? Object.assign(Object(fault), { setting: 'DATABASE_OWNER_URL' }) : fault;
};
