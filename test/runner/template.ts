/** The name of a migrated, empty database that others are made of. */
export const template = 'rekey_template';
