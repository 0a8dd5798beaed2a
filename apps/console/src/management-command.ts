/** What the commands of the management have in common: who they are, and what they say when they cannot go on. */

/** @param command as it is called: `accounts` */
export const failing =
  (command: string) =>
  (message: string): never => {
    process.stderr.write(`rekey ${command}: ${message}\n`);
    process.exit(1);
  };

/** Where a command calls another process, and the variable that says so. */
interface Called {
  url: string;
  setting: string;
}

/** A token of the management client. @param fail is told what to do when there is none */
export async function managementToken(
  { url, setting }: Called,
  client: { clientId: string; clientSecret: string },
  scope: string,
  fail: (message: string) => never,
): Promise<string> {
  const basic = Buffer.from(
    `${encodeURIComponent(client.clientId)}:${encodeURIComponent(client.clientSecret)}`,
  );
  const response = await fetch(`${url}/oauth2/token`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${basic.toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope }).toString(),
  });
  const answer = (await response.json().catch(() => ({}))) as { access_token?: string; error?: string };
  if (answer.error === 'invalid_client')
    fail(`the issuer refused the secret of ${client.clientId}; check MANAGEMENT_CLIENT_SECRET`);
  return (
    answer.access_token ?? fail(`${url} answered ${response.status} instead of a token; check ${setting}`)
  );
}

export interface NetworkFault extends Error {
  code?: string;
  cause?: { code?: string; message?: string };
}

/** @param settings the variables that say where it should be */
export function whatToDoAbout(fault: NetworkFault, settings: string): string {
  const code = fault.cause?.code ?? fault.code ?? '';
  if (['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'ETIMEDOUT'].includes(code))
    return `nothing responds at ${settings}; run "npm start" in another terminal first, or correct the URL`;
  return fault.cause?.message ?? fault.message;
}
