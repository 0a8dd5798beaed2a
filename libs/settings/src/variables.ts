import { auditVariables } from './subjects/audit.js';
import { databaseVariables } from './subjects/database.js';
import { endpointVariables } from './subjects/endpoints.js';
import { externalIssuerVariables } from './subjects/external-issuer.js';
import { limitVariables } from './subjects/limits.js';
import { secretVariables } from './subjects/secrets.js';
import { senderVariables } from './subjects/senders.js';
import { telemetryVariables } from './subjects/telemetry.js';
import { tokenVariables } from './subjects/tokens.js';
import { choice, type Given, type Values, type Variable } from './variable.js';

/** Every variable that Rekey reads, in the order of the reference. */
export const variables = {
  NODE_ENV: choice(
    '`production` refuses to start with any development default',
    ['production', 'development', 'test'],
    { default: 'development' },
  ),
  ...databaseVariables,
  ...endpointVariables,
  ...senderVariables,
  ...secretVariables,
  ...tokenVariables,
  ...externalIssuerVariables,
  ...limitVariables,
  ...auditVariables,
  ...telemetryVariables,
} satisfies Record<string, Variable>;

export type VariableName = keyof typeof variables;
export type GivenValues = Given<typeof variables>;

/** What is set, with the defaults. */
export function withDefaults(given: GivenValues): Values<typeof variables> {
  const defaults = Object.entries<Variable>(variables).map(([name, variable]) => [name, variable.default]);
  return { ...Object.fromEntries(defaults), ...given };
}
