/** What the OpenAPI document says of itself. */
export const openApi = {
  title: 'Rekey management',
  description: 'Accounts, OAuth clients and token families, for your own systems.',
};
