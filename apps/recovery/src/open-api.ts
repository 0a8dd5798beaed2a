/** What the OpenAPI document says of itself. */
export const openApi = {
  title: 'Rekey recovery',
  description: 'Prove who you are, get new credentials, end the old ones.',
};
