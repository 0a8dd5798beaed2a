import type { FactoryProvider } from '@nestjs/common';
import { LOG, type Log, logFields, PeriodicWork, Resources, SETTINGS, TOKENS } from '@rekey/http';
import type { IssuerPort } from '@rekey/recovery';
import type { Settings } from '@rekey/settings';
import { inSpan, type TraceContext } from '@rekey/telemetry';
import type { TokenContext } from '@rekey/tokens';
import { externalIssuer } from './external-issuer/external-issuer.js';
import { type IssuerAddress, issuerOverHttp } from './issuer-over-http.js';

export const ISSUER = Symbol('IssuerPort');
/** Where the issuer is called; at its public URL when undefined. */
export const ISSUER_AT = Symbol('IssuerAddress');

const rotateEveryMs = 60_000;

/** The token issuer, ours or another, on kept connections. */
export const issuerProvider: FactoryProvider<IssuerPort> = {
  provide: ISSUER,
  inject: [Resources, PeriodicWork, SETTINGS, TOKENS, LOG, ISSUER_AT],
  useFactory: async (
    resources: Resources,
    periodic: PeriodicWork,
    { externalIssuer: external }: Settings,
    tokens: TokenContext,
    log: Log,
    at: IssuerAddress | undefined,
  ) => {
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
    return traced(issuer);
  },
};

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
