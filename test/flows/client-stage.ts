import {
  type Client,
  type ClientOptions,
  createClient,
  keyValueStorage,
  type TokenStorage,
} from '@rekey/client';
import { password, type people } from './people.js';
import { newHousehold, type Rekey } from './rekey.js';
import { type ResourceServer, startResourceServer } from './resource-server.js';

type Meddle = (send: () => Promise<Response>) => Promise<Response>;

/** Clients of the SDK against the real issuer; a test may delay, lose or replace the response to a renewal. */
export class ClientStage {
  household = newHousehold();
  renewals = 0;
  /** Called in place of sending a renewal, or around it. */
  meddle: Meddle = ClientStage.through;

  static readonly through: Meddle = (send) => send();
  static readonly away = () => Promise.reject(new TypeError('fetch failed'));

  constructor(
    private readonly rekey: Rekey,
    private readonly who: ReturnType<typeof people>,
    readonly api: ResourceServer,
  ) {}

  /** An hour later, from another source. */
  next(): void {
    this.household = newHousehold();
    this.rekey.clock.advance(3_600_000);
    this.api.seen.length = 0;
    this.renewals = 0;
    this.meddle = ClientStage.through;
  }

  readonly send: typeof fetch = async (input, init) => {
    const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined));
    headers.set('x-forwarded-for', this.household);
    const go = () => fetch(input, { ...init, headers });
    if (!String(input).endsWith('/oauth2/token')) return go();
    this.renewals += 1;
    return this.meddle(go);
  };

  open(more: Partial<ClientOptions> = {}): Client {
    return createClient({
      issuer: this.rekey.settings.urls.issuer,
      recovery: this.rekey.settings.urls.recovery,
      resources: [this.api.url],
      fetch: this.send,
      now: () => this.rekey.clock.now(),
      sleep: () => new Promise((resolve) => setTimeout(resolve, 5)),
      ...more,
    });
  }

  signIn(client: Client, id: string): Promise<void> {
    return client.signIn({ identifier: `${id}@example.com`, password });
  }

  async signedIn(id: string, more: Partial<ClientOptions> = {}): Promise<Client> {
    await this.who.put(id);
    const client = this.open(more);
    await this.signIn(client, id);
    return client;
  }

  async ask(client: Client, init?: RequestInit): Promise<number> {
    return (await client.fetch(`${this.api.url}/me`, init)).status;
  }

  /** One store that tabs share; each call gives a tab its own view of it. */
  tabs(): () => TokenStorage {
    const kept = new Map<string, string>();
    const store = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
      removeItem: (key: string) => void kept.delete(key),
    };
    return () => keyValueStorage(store, `rekey ${this.household}`);
  }
}

/** A stage for the tests of a block, with a resource server of its own. */
export function useClientStage(rekey: Rekey, who: ReturnType<typeof people>): ClientStage {
  let made: ClientStage | undefined;
  beforeAll(async () => {
    made = new ClientStage(rekey, who, await startResourceServer(rekey, who));
  });
  afterAll(() => made?.api.close());
  const now = (): ClientStage => {
    if (!made) throw new Error('there is no stage yet: use it in tests and hooks only');
    return made;
  };
  return new Proxy({} as ClientStage, {
    get: (_target, name) => Reflect.get(now(), name),
    set: (_target, name, value) => Reflect.set(now(), name, value),
  });
}
