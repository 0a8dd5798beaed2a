/** What tables were called in earlier releases: a migration that renames one adds its former name. */
export const formerTables: readonly string[] = ['kept_answers', 'spent_token_ids', 'token_families'];
