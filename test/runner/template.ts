/** The name of a migrated, empty database; others are copies of it. */
export const template = 'rekey_template';

/** The superuser of every server of the tests, who forges rows for tests. */
export const superuser = 'rekey';
/** The owner of the tables. */
export const owner = 'rekey_owner';
/** The working role of the product, so that a missing right fails a test. */
export const app = 'rekey_app';

/** The URLs of a test database, one for each of its roles. */
export interface RoleUrls {
  url: string;
  ownerUrl: string;
  /** The superuser's. */
  adminUrl: string;
}

/** @param url as any of the roles */
export function rolesOf(url: string): RoleUrls {
  const as = (username: string) => Object.assign(new URL(url), { username, password: 'rekey' }).href;
  return { url: as(app), ownerUrl: as(owner), adminUrl: as(superuser) };
}
