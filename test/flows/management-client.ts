import { basicOf } from './people.js';
import { type Answer, newHousehold, type Rekey } from './rekey.js';

/** The operator's back office, in the tests of a block: it calls the management API with every scope. */
export class BackOffice {
  private bearer = '';

  constructor(private readonly rekey: Rekey) {
    beforeAll(() => this.authenticate());
    beforeEach(() => {
      newHousehold();
      return this.authenticate();
    });
  }

  /** Gets another token, also when the clock was moved past the end of the one before. */
  async authenticate(): Promise<void> {
    const { clientId, clientSecret } = this.rekey.settings.management;
    const headers = basicOf(clientId, { client_secret: clientSecret });
    this.bearer = (await this.rekey.token({ grant_type: 'client_credentials' }, headers)).body.access_token;
  }

  /** Each call has a time of its own: events of one millisecond have no order. */
  async call(
    method: string,
    path: string,
    json?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer> {
    const { rekey, bearer } = this;
    rekey.clock.advance(10);
    const url = `${rekey.settings.urls.console}${path}`;
    const answer = await rekey.call(method, url, { bearer, json, headers });
    rekey.clock.advance(10);
    return answer;
  }

  get = (path: string): Promise<Answer> => this.call('GET', path);

  /** Creates an account with one confirmed mail address. @returns the address */
  async person(id: string, more: object = {}): Promise<string> {
    const address = `${id}@example.com`;
    const addresses = [{ kind: 'email', value: address, verified: true }];
    expect((await this.call('PUT', `/v1/accounts/${id}`, { addresses, ...more })).status).toBe(201);
    return address;
  }

  /** The events of this name, oldest first. */
  events = (event: string) =>
    this.rekey.sql(
      'select actor, account_id, recovery_id, detail from audit_events where event = $1 order by at, id',
      [event],
    );
}

export const query = (members: Record<string, string>): string => new URLSearchParams(members).toString();
