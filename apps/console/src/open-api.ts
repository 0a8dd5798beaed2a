/** What the OpenAPI document says of itself. */
export const openApi = {
  title: 'Rekey management',
  description: 'Manage accounts, OAuth clients and sessions from your own systems.',
};
