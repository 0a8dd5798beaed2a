/** The name of a migrated, empty database that others are made of. */
export const template = 'rekey_template';

/** The superuser of every server of the tests, who forges what a test wants forged. */
export const superuser = 'rekey';
/** Owns the tables. */
export const owner = 'rekey_owner';
/** The role that everything of the product works as, so that a right that is missing fails a test. */
export const app = 'rekey_app';

/** A database of the tests as each of its roles. */
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
