/** What the OpenAPI document says of itself. */
export const openApi = {
  title: 'Rekey issuer',
  description: 'OAuth token endpoints, sign-in and sessions.',
};
