import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { people } from './people.js';
import type { Rekey } from './rekey.js';

/** An API that introspects every token, and records its requests. */
export interface ResourceServer {
  url: string;
  seen: { authorization: string; body: string }[];
  close(): void;
}

export async function startResourceServer(
  rekey: Rekey,
  who: ReturnType<typeof people>,
): Promise<ResourceServer> {
  const client = await rekey.call('PUT', `${rekey.settings.urls.console}/v1/clients/api`, {
    bearer: await who.management(),
    json: { name: 'API', type: 'confidential', grants: ['client_credentials'] },
  });
  const seen: ResourceServer['seen'] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { authorization = '' } = request.headers;
    seen.push({ authorization, body });
    if (request.url?.startsWith('/to?')) {
      response.writeHead(307, { location: decodeURIComponent(request.url.slice(4)) }).end();
      return;
    }
    const asked = await rekey.call('POST', `${rekey.settings.urls.issuer}/oauth2/introspect`, {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      json: new URLSearchParams({
        token: authorization.replace('Bearer ', '') || 'none',
        client_id: 'api',
        client_secret: client.body.client_secret,
      }).toString(),
    });
    response.writeHead(asked.body.active ? 200 : 401).end(JSON.stringify({ sub: asked.body.sub }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
