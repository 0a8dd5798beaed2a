import { Agent, fetch } from 'undici';

/** Where the deployment's names lead: the machine that publishes the proxy's port. */
const leadsTo = (address) => (_host, options, done) =>
  options.all ? done(null, [{ address, family: 4 }]) : done(null, address, 4);

/**
 * What a person's browser or app does, over HTTPS through the proxy.
 *
 * @param {{ address: string, ca: string, urls: { recovery: string, issuer: string }, textsTo: (to: string) => string[] }} parts
 *   `ca`: the certificate (PEM) of the proxy's own authority; `textsTo`: what came to an address, oldest first
 */
export function person({ address, ca, urls, textsTo }) {
  const dispatcher = new Agent({ connect: { ca, lookup: leadsTo(address) }, connections: 16 });

  /** @returns {Promise<{ status: number, body: any }>} */
  async function call(method, url, { bearer, json, form } = {}) {
    const response = await fetch(url, {
      method,
      dispatcher,
      redirect: 'manual',
      headers: {
        ...(bearer && { authorization: `Bearer ${bearer}` }),
        ...(json && { 'content-type': 'application/json' }),
      },
      body: form ? new URLSearchParams(form) : json && JSON.stringify(json),
    });
    const text = await response.text();
    return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : text };
  }

  /** Starts, reads the code where it arrives, proves and takes the credentials. Throws with what was refused. */
  async function recover(identifier) {
    const known = textsTo(identifier).length;
    const started = await call('POST', `${urls.recovery}/v1/recoveries`, { json: { identifier } });
    const { id, token: bearer } = started.body;
    if (!id) throw new Error(`start: ${started.status} ${JSON.stringify(started.body)}`);
    const code = await codeAfter(known, identifier);
    const proofs = `${urls.recovery}/v1/recoveries/${id}/proofs`;
    const proved = await call('POST', proofs, { bearer, json: { kind: 'code', value: code } });
    if (proved.status !== 200) throw new Error(`proof: ${proved.status} ${JSON.stringify(proved.body)}`);
    const fresh = await call('POST', `${urls.recovery}/v1/recoveries/${id}/credentials`, {
      bearer,
      json: {},
    });
    if (!fresh.body.refresh_token)
      throw new Error(`credentials: ${fresh.status} ${JSON.stringify(fresh.body)}`);
    return fresh.body;
  }

  /** A notice of an earlier recovery may come in between. */
  async function codeAfter(known, identifier) {
    for (let look = 0; look < 600; look++) {
      const codes = textsTo(identifier)
        .slice(known)
        .map((text) => /#(\d+)$/.exec(text)?.[1] ?? /\b\d{4}(?: \d{1,4}){1,4}\b/.exec(text)?.[0]);
      const code = codes.find(Boolean);
      if (code) return code;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`no code came to ${identifier} within a minute`);
  }

  /** @returns {Promise<{ status: number, body: any }>} new tokens for a refresh token */
  const refresh = (refresh_token) =>
    call('POST', `${urls.issuer}/oauth2/token`, { form: { grant_type: 'refresh_token', refresh_token } });

  return { call, recover, refresh, close: () => dispatcher.destroy() };
}
