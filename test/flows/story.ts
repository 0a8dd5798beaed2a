import { type Answer, type CallOptions, type CaughtMessage, codeIn, type Rekey, until } from './rekey.js';

/** One person's way through the API. */
export class Story {
  id = '';
  token = '';

  constructor(private readonly rekey: Rekey) {}

  async start(body: object, headers?: Record<string, string>): Promise<Answer> {
    const answer = await this.rekey.call('POST', `${this.rekey.settings.urls.recovery}/v1/recoveries`, {
      json: body,
      headers,
    });
    this.id = answer.body.id ?? this.id;
    this.token = answer.body.token ?? this.token;
    return answer;
  }

  show = () => this.on('GET', '');
  resend = (json: object = {}, headers?: Record<string, string>) =>
    this.on('POST', '/codes', { json, headers });
  prove = (value: string, kind = 'code', headers?: Record<string, string>) =>
    this.on('POST', '/proofs', { json: { kind, value }, headers });
  complete = (json: object = {}, headers?: Record<string, string>) =>
    this.on('POST', '/credentials', { json, headers });
  cancel = () => this.on('DELETE', '');
  stop = (token: string) =>
    this.rekey.call('POST', `${this.rekey.settings.urls.recovery}/v1/stops`, { json: { token } });

  on(method: string, path: string, options: CallOptions = {}): Promise<Answer> {
    const url = `${this.rekey.settings.urls.recovery}/v1/recoveries/${this.id}${path}`;
    return this.rekey.call(method, url, { bearer: this.token, ...options });
  }

  /** Starts, and waits for the code that arrives at this address. */
  async begin(
    identifier: string,
    address = identifier,
    more: object = {},
  ): Promise<{ message: CaughtMessage; code: string }> {
    // By its id, not by their number: the mailbox keeps the last thousand messages only.
    const before = (await this.rekey.codes(address))[0]?.id;
    await this.start({ identifier, ...more });
    const message = await until(`a code to ${address}`, async () => {
      const [newest] = await this.rekey.codes(address);
      return newest?.id === before ? undefined : newest;
    });
    return { message, code: codeIn(message) };
  }

  /** From the start to the proof, by the code that arrives at this address. */
  async proveBy(identifier: string, address = identifier, more: object = {}): Promise<Answer> {
    return this.prove((await this.begin(identifier, address, more)).code);
  }
}
