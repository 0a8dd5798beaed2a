import { startFloorIssuer } from '../systems/floor-issuer.js';
import { startRekeyIssuer } from '../systems/rekey-issuer.js';
import type { IssuerSystem } from '../systems/system-under-load.js';
import type { Contest } from './contest.js';
import { driverOf, IssuerClient, operationSteps } from './issuer-client.js';

const operation = {
  unit: 'operation',
  steps: operationSteps,
  starters: { rekey: startRekeyIssuer, floor: startFloorIssuer },
  warmUpRuns: 10_000,
  share: 0.5,
  quietMs: 0,
  ratios: { highest: { must: 0.75, stretch: 0.9 } },
} satisfies Partial<Contest<IssuerSystem>>;

/**
 * `client_credentials`: the issuer authenticates the client and signs a token, nothing else. Sign-in issues tokens too, but its
 * cost is the hash of the password, which is slow by design and the same for every system.
 */
export const issue: Contest<IssuerSystem> = {
  ...operation,
  name: 'issue',
  open(_bench, system, connections) {
    const client = new IssuerClient(system, connections);
    return driverOf(client, async () => {
      const answer = await client.post('/oauth2/token', 'grant_type=client_credentials&scope=account');
      if (typeof answer.access_token !== 'string') throw new Error('issue: no access token');
    });
  },
};

/** `refresh_token`: a rotation, committed before the response. Sessions take turns, so no row is hot. */
export const refresh: Contest<IssuerSystem> = {
  ...operation,
  name: 'refresh',
  open(_bench, system, connections) {
    const client = new IssuerClient(system, connections);
    return driverOf(client, async () => {
      // Each loop has its token alone: two uses of one token would be a theft.
      const session = system.sessions.shift();
      if (!session) throw new Error('refresh: more at once than there are sessions');
      const answer = await client.post(
        '/oauth2/token',
        `grant_type=refresh_token&refresh_token=${session.refreshToken}`,
      );
      const next = answer.refresh_token;
      if (
        typeof answer.access_token !== 'string' ||
        typeof next !== 'string' ||
        next === session.refreshToken
      )
        throw new Error('refresh: not rotated');
      system.sessions.push({ ...session, refreshToken: next });
    });
  },
};

/** Is an access token valid right now: its signature, its times, and its session? */
export const introspect: Contest<IssuerSystem> = {
  ...operation,
  name: 'introspect',
  open(_bench, system, connections) {
    const client = new IssuerClient(system, connections);
    let next = 0;
    return driverOf(client, async () => {
      const session = system.sessions[next++ % system.sessions.length];
      const answer = await client.post('/oauth2/introspect', `token=${session?.accessToken}`);
      if (answer.active !== true || answer.sub !== session?.accountId)
        throw new Error(`introspect: active ${answer.active}`);
    });
  },
};
