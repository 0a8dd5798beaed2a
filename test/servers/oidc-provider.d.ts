/** The parts of panva's authorization server that the specs use: it has no types. */
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http';

  export interface GrantContext {
    oidc: { params: Record<string, unknown>; client: { clientId: string } };
    body: unknown;
  }
  interface Stored {
    save(): Promise<string>;
    expiration: number;
    tokenType: string;
    resourceServer?: unknown;
  }
  interface Model {
    new (values: object): Stored;
    revokeByGrantId(id: string): Promise<void>;
  }
  export class Provider {
    constructor(issuer: string, configuration: object);
    readonly AccessToken: Model;
    readonly RefreshToken: Model;
    readonly Grant: new (
      values: object,
    ) => Stored & { addOIDCScope(scope: string): void };
    readonly ResourceServer: new (
      resource: string,
      about: object,
    ) => unknown;
    readonly Client: { find(id: string): Promise<{ clientId: string } | undefined> };
    readonly ReplayDetection: { unique(iss: string, jti: string, exp: number): Promise<boolean> };
    registerGrantType(
      name: string,
      handler: (ctx: GrantContext) => Promise<void>,
      parameters: string[],
      repeated: string[],
    ): void;
    callback(): (request: IncomingMessage, response: ServerResponse) => void;
  }
  export const errors: { InvalidGrant: new (why: string) => Error };
}
