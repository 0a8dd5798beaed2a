import { generateSync } from 'otplib';
import { markMail } from '../../flows/mark-address.js';
import { newHousehold, type Rekey, until } from '../../flows/rekey.js';
import { Story } from '../../flows/story.js';

/** A kind of owner that an identifier may have. All identifiers are twelve characters long, because pages repeat them. */
export interface Kind {
  name: string;
  /** The typed text. */
  identifier: string;
  /** Nobody's by default. */
  account?: { username?: string; status?: 'disabled'; addresses: object[] };
  /** The history of the account. */
  before?(desk: Desk): Promise<void>;
}

/** The tools to create the people. */
export interface Desk {
  rekey: Rekey;
  /** Id of the account of the kind. */
  account: string;
  /** Starts a recovery by this identifier and waits until the courier has found the account. */
  begin(identifier: string): Promise<Story>;
}

const mail = (value: string, verified = true) => ({ kind: 'email', value, verified });
const phone = (value: string) => ({ kind: 'phone', value, verified: true });
export const password = 'a sentence that nobody else says';

/** A new kind is a line here. */
export const kinds: readonly Kind[] = [
  { name: 'unknown', identifier: 'p0000@x.test' },
  { name: 'unknown number', identifier: '+12025550190' },
  { name: 'unknown user name', identifier: 'nobody-at-12' },
  { name: 'known', identifier: 'p0001@x.test', account: { addresses: [mail('p0001@x.test')] } },
  { name: 'known number', identifier: '+12025550191', account: { addresses: [phone('+12025550191')] } },
  {
    name: 'known user name',
    identifier: 'person-at-12',
    account: { username: 'person-at-12', addresses: [mail('p0002@x.test')] },
  },
  {
    name: 'disabled',
    identifier: 'p0003@x.test',
    account: { status: 'disabled', addresses: [mail('p0003@x.test')] },
  },
  { name: 'unverified', identifier: 'p0004@x.test', account: { addresses: [mail('p0004@x.test', false)] } },
  {
    name: 'compromised',
    identifier: 'p0011@x.test',
    account: { addresses: [mail('p0011@x.test')] },
    before: ({ rekey, account }) => markMail(rekey, account),
  },
  {
    name: 'with a second factor',
    identifier: 'p0005@x.test',
    account: { addresses: [mail('p0005@x.test'), phone('+12025550195')] },
    before: bindFactors,
  },
  {
    name: 'exhausted by another name',
    identifier: 'p0006@x.test',
    account: { username: 'exhausted-12', addresses: [mail('p0006@x.test')] },
    before: (desk) => exhaust(desk, 'exhausted-12'),
  },
  {
    name: 'limited by another name',
    identifier: 'p0007@x.test',
    account: { username: 'limited-1234', addresses: [mail('p0007@x.test')] },
    before: (desk) => requestCodes(desk, 'limited-1234'),
  },
];

export const accountOf = (kind: Kind): string => `account-${String(kinds.indexOf(kind)).padStart(2, '0')}`;

/** Creates all of them. */
export async function people(rekey: Rekey): Promise<void> {
  const { clientId, clientSecret } = rekey.settings.management;
  const { body } = await rekey.token({
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
  });
  for (const kind of kinds) {
    if (!kind.account) continue;
    const url = `${rekey.settings.urls.console}/v1/accounts/${accountOf(kind)}`;
    const put = await rekey.call('PUT', url, {
      bearer: body.access_token,
      json: { ...kind.account, password },
    });
    if (put.status !== 201) throw new Error(`${kind.name}: ${put.text}`);
  }
  const begin = async (identifier: string): Promise<Story> => {
    newHousehold();
    const story = new Story(rekey);
    await story.start({ identifier });
    await until('the courier', async () => {
      const [row] = await rekey.sql('select account_id from recoveries where id = $1', [story.id]);
      return row?.account_id ?? undefined;
    });
    return story;
  };
  // The slow kinds come first: their days must not renew what the others have used up.
  const slow = kinds.filter(({ before }) => before === bindFactors);
  const rest = kinds.filter((kind) => !slow.includes(kind));
  for (const kind of [...slow, ...rest]) await kind.before?.({ rekey, begin, account: accountOf(kind) });
}

/** Twenty attempts and more, through the account's other identifier. */
async function exhaust({ begin }: Desk, identifier: string): Promise<void> {
  for (let round = 0; round < 5; round++) {
    const story = await begin(identifier);
    for (let guess = 0; guess < 5; guess++) await story.prove('00000000');
  }
}

/** All messages that an address may get in ten minutes, through the account's other identifier. */
async function requestCodes({ begin }: Desk, identifier: string): Promise<void> {
  for (let round = 0; round < 5; round++) await begin(identifier);
}

/** An authenticator app and backup codes. */
async function bindFactors({ rekey }: Desk): Promise<void> {
  const issuer = (path: string, bearer: string | undefined, json?: object) =>
    rekey.call('POST', `${rekey.settings.urls.issuer}/v1/${path}`, { bearer, json });
  const value = (secret: string) =>
    generateSync({ strategy: 'totp', secret, epoch: Math.floor(rekey.clock.now() / 1000) });
  const person = { identifier: 'p0005@x.test', password };
  const session = await issuer('sessions', undefined, person);
  const begun = await issuer('authenticators/totp', session.body.access_token);
  const { id, secret } = begun.body;
  const bound = await issuer(`authenticators/${id}/confirm`, session.body.access_token, {
    value: value(secret),
  });
  rekey.clock.advance(60_000);
  const strong = await issuer('sessions', undefined, {
    ...person,
    second_factor: { kind: 'totp', value: value(secret) },
  });
  const codes = await issuer('authenticators/backup_codes', strong.body.access_token);
  // An app bound to an account with one factor counts in a recovery after a day.
  rekey.clock.advance(86_400_000);
  if (bound.status !== 204 || codes.status !== 201) throw new Error(`no factors: ${codes.text}`);
}
