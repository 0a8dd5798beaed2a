import type { FactoryProvider } from '@nestjs/common';
import { LOG, type Log, logFields, PeriodicWork, Readiness, Resources, SETTINGS, TOKENS } from '@rekey/http';
import { every } from '@rekey/kernel';
import type { IssuerPort } from '@rekey/recovery';
import type { Settings } from '@rekey/settings';
import { inSpan, Telemetry, type TraceContext } from '@rekey/telemetry';
import type { TokenContext } from '@rekey/tokens';
import { externalIssuer } from './external-issuer/external-issuer.js';
import { type IssuerAddress, issuerOverHttp } from './issuer-over-http.js';
import { IssuerReach, type ReachParts } from './issuer-reach.js';

export const ISSUER = Symbol('IssuerPort');
/** Where the issuer is called; where the settings say, when undefined. */
export const ISSUER_AT = Symbol('IssuerAddress');

const rotateEveryMs = 60_000;
/** While the issuer is away. */
const lookAgainEveryMs = 10_000;

/** The token issuer, ours or another, on kept connections. */
export const issuerProvider: FactoryProvider<IssuerPort> = {
  provide: ISSUER,
  inject: [Resources, PeriodicWork, SETTINGS, TOKENS, LOG, Readiness, Telemetry, ISSUER_AT],
  useFactory: async (
    resources: Resources,
    periodic: PeriodicWork,
    { externalIssuer: external, called }: Settings,
    tokens: TokenContext,
    log: Log,
    readiness: Readiness,
    telemetry: Telemetry,
    given: IssuerAddress | undefined,
  ) => {
    const at = given ?? called.issuer;
    const parts = {
      ...tokens,
      log: (fault: unknown, about: string, place?: TraceContext) =>
        log.warn({ err: fault, ...logFields(place) }, about),
    };
    const issuer = await resources.open(
      () => (external ? externalIssuer({ ...parts, settings: external }) : issuerOverHttp({ ...parts, at })),
      (opened) => opened.close(),
    );
    // Where our own issuer does not run, no other process rotates the keys.
    if (external) await periodic.start('signing_keys', rotateEveryMs, () => tokens.keys.rotate());
    const { ask } = issuer;
    if (ask) await watch({ ...at, ask, log }, { resources, readiness, telemetry });
    return traced(issuer);
  },
};

/** Says in the log, in readiness and in a metric when the issuer cannot be reached. The start does not wait for it. */
async function watch(
  parts: ReachParts,
  { resources, readiness, telemetry }: { resources: Resources; readiness: Readiness; telemetry: Telemetry },
): Promise<void> {
  const reach = await resources.open(
    () => new IssuerReach(parts),
    (opened) => opened.close(),
  );
  readiness.wants('issuer', () => reach.check());
  telemetry.gauge('issuer_reachable', async () => [{ labels: {}, value: (await reach.isThere()) ? 1 : 0 }]);
  void reach.isThere();
  await resources.open(
    () => every(lookAgainEveryMs, { work: () => reach.lookAgain(), onEnd: () => undefined }),
    (periodic) => periodic.stop(),
  );
}

/** The same issuer; a call to it is a part of the trace. */
function traced({ exchangeForCode, reissueTokens, reissueCode, ...issuer }: IssuerPort): IssuerPort {
  return {
    ...issuer,
    exchangeForTokens: (subject, parent) =>
      inSpan(parent, 'exchange for tokens', 'client', {}, (place) =>
        issuer.exchangeForTokens(subject, place),
      ),
    ...(reissueTokens && {
      reissueTokens: (subject, parent) =>
        inSpan(parent, 'exchange for tokens again', 'client', {}, (place) => reissueTokens(subject, place)),
    }),
    ...(exchangeForCode && {
      exchangeForCode: (subject, redirect, parent) =>
        inSpan(parent, 'exchange for a code', 'client', {}, (place) =>
          exchangeForCode(subject, redirect, place),
        ),
    }),
    ...(reissueCode && {
      reissueCode: (subject, redirect, parent) =>
        inSpan(parent, 'exchange for a code again', 'client', {}, (place) =>
          reissueCode(subject, redirect, place),
        ),
    }),
  };
}
