import { type Client, createClient, keyValueStorage } from '@rekey/client';
import { act, element, input, onClick, onSubmit } from './elements.js';
import { note } from './journal.js';
import { network } from './network.js';
import { TokenView } from './token-view.js';
import { WayBack } from './way-back.js';

const { issuer = '', recovery = '' } = document.documentElement.dataset;
const clientId = 'example';
const storage = keyValueStorage(localStorage, 'notes');
const wire = network();
const view = new TokenView();
const wayBack: WayBack = new WayBack(() => client);

const client: Client = createClient({
  issuer,
  recovery,
  clientId,
  storage,
  fetch: wire.fetch,
  onTokens: (tokens) => {
    view.show(tokens);
    if (tokens) wayBack.close(true);
    // Who signs out here or in another tab sees the form; whose session died is shown the way back in when it is missed.
    element('sign-in').hidden = tokens !== undefined || !element('way-back').hidden;
  },
  onRecovery: async (cause) => {
    note(`The session has ended (${cause.error}). The client asks the app for a recovery`, 'bad');
    element('sign-in').hidden = true;
    const isBack = await wayBack.open(cause);
    element('sign-in').hidden = isBack;
    return isBack;
  },
});

let count = 0;
onClick('call', () =>
  act('answer', async () => {
    count += 1;
    element('answer').textContent = 'Waiting…';
    const response = await client.fetch('/example/api/notes', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ text: `note ${count}` }),
    });
    const body = (await response.json()) as { number?: number; cause?: string };
    element('answer').textContent = response.ok
      ? `Note ${body.number} is saved.`
      : `The API answered ${response.status}: ${body.cause}`;
  }),
);

/** Behind the client's back: what could happen to a token out there. */
const meddle = async (what: string, change: (token: string) => object) => {
  const tokens = await storage.load();
  if (!tokens) return;
  const changed = { ...tokens, ...change(tokens.access_token) };
  await storage.save(changed);
  view.show(changed);
  note(what);
};
onClick('age-it', () =>
  meddle('The token was aged to the 80 % mark', () => ({ received_at: Date.now() - 24_000 })),
);
onClick('tamper', () =>
  meddle('Eight characters of the signature were changed', (token) => ({
    access_token: `${token.slice(0, -8)}AAAAAAAA`,
  })),
);
onClick('revoke', async () => {
  const token = (await storage.load())?.refresh_token;
  if (!token) return;
  const body = new URLSearchParams({ token, client_id: clientId });
  await fetch(`${issuer}/oauth2/revoke`, { method: 'POST', body });
  note('The session was ended from elsewhere. This page does not know yet');
});
onClick('cut', () => {
  wire.isCut = !wire.isCut;
  element('cut').setAttribute('aria-pressed', String(wire.isCut));
  element('cut').textContent = wire.isCut ? 'The network is cut' : 'Cut the network';
  note(wire.isCut ? 'The network is cut' : 'The network is back');
  if (!wire.isCut) window.dispatchEvent(new Event('online'));
});
onClick('sign-out', () => client.signOut());
onClick('lost', async () => {
  element('sign-in').hidden = true;
  element('sign-in').hidden = await wayBack.open(undefined);
});
onSubmit('sign-in', () =>
  act('sign-in-problem', () =>
    client.signIn({ identifier: input('identifier').value, password: input('password').value }),
  ),
);

const tokens = await storage.load();
view.show(tokens);
element('sign-in').hidden = tokens !== undefined;
