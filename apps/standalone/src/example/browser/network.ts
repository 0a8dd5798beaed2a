import { note } from './journal.js';

/** The network of this page. It can be cut, and it reports every request. */
export function network(): { fetch: typeof fetch; isCut: boolean } {
  const wire = {
    isCut: false,
    async fetch(...[input, init]: Parameters<typeof fetch>): Promise<Response> {
      const { method, path } = nameOf(input, init);
      if (wire.isCut) {
        note(`${method} ${path}: no network`, 'bad');
        throw new TypeError('the network is cut');
      }
      const response = await fetch(input, init);
      note(`${method} ${path}: ${meaning(path, response)}`, response.ok ? 'good' : 'bad');
      return response;
    },
  };
  return wire;
}

function nameOf(input: RequestInfo | URL, init: RequestInit | undefined) {
  const url = new URL(input instanceof Request ? input.url : input, location.href);
  return { method: init?.method ?? 'GET', path: url.pathname };
}

function meaning(path: string, response: Response): string {
  if (path === '/oauth2/token' && response.ok) return 'renewed';
  if (path.endsWith('/notes') && response.status === 401) {
    const why = /error_description="([^"]*)"/.exec(response.headers.get('www-authenticate') ?? '')?.[1];
    return `refused, ${why ?? 'no token'}`;
  }
  return String(response.status);
}
