/** Former names, each with its successor. A process does not start while one is set: it would silently have no effect. */
export const renamedVariables: Readonly<Record<string, string>> = {
  SENDS_IN_ALL: 'CODES_PER_10_MINUTES',
  SENDS_PER_CLIENT: 'CODES_PER_CLIENT_PER_10_MINUTES',
  SERVICE_NAME: 'PRODUCT_NAME',
  TOKEN_ALG: 'ACCESS_TOKEN_ALG',
};
