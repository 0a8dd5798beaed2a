/** What the OpenAPI document says of itself. */
export const openApi = {
  title: 'Rekey management',
  description:
    'Manage accounts, OAuth clients and sessions, and read recoveries and the audit, from your own systems.',
};
