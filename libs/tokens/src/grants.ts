/** The grants that the issuer knows, by the names of OAuth. */
export const tokenExchangeGrant = 'urn:ietf:params:oauth:grant-type:token-exchange';
export const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';
export const grants = [
  tokenExchangeGrant,
  'authorization_code',
  'refresh_token',
  'client_credentials',
  deviceGrant,
] as const;
export type Grant = (typeof grants)[number];
