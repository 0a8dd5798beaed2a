import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { checkServerIdentity } from 'node:tls';
import type { Database } from '@rekey/database';
import { type Clock, isRefused, type Refusal, refuse } from '@rekey/kernel';
import type { IssuedTokens, IssuerPort, ProvenSubject } from '@rekey/recovery';
import { correlationHeaders, type TraceContext } from '@rekey/telemetry';
import {
  authorizationCodeType,
  jwtTokenType,
  revokeSessionsOfRecoveries,
  type SigningKeys,
  signRecoveryAssertion,
  tokenExchangeGrant,
} from '@rekey/tokens';
import { buildConnector, Pool } from 'undici';

/** The issuer hangs up on nobody; who has waited this long tells the person to try again. */
const timeoutMs = 8_000;

/**
 * A kept connection may end just as it is used, by a restart or a limit of idle time. The exchange is made once more, with an assertion of its
 * own: a session that the first one opened, and nobody received, ends with it.
 */
const hasEnded = (fault: unknown): boolean =>
  ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'].includes((Object(fault) as NodeJS.ErrnoException).code ?? '');

export interface IssuerOverHttp extends IssuerPort {
  close(): Promise<void>;
}

/** Where the issuer listens when it is beside us, behind whatever its public URL leads through. */
export interface IssuerAddress {
  url: string;
  /** What it shows there, for the name of its public URL. */
  certFile?: string | undefined;
}

/**
 * The token issuer over HTTP (RFC 8693), on kept connections.
 *
 * @param parts.at where it is called; at its public URL when left out
 */
export function issuerOverHttp(parts: {
  database: Database;
  clock: Clock;
  keys: SigningKeys;
  issuerUrl: string;
  recoveryUrl: string;
  at?: IssuerAddress | undefined;
  log: (fault: unknown, about: string, trace?: TraceContext) => void;
}): IssuerOverHttp {
  const { database, clock, issuerUrl, at, log } = parts;
  const { origin, pathname } = new URL(at?.url ?? issuerUrl);
  const pool = new Pool(origin, {
    connections: 32,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    ...(at?.certFile ? { connect: showing(at.certFile, issuerUrl) } : {}),
  });

  async function exchange(
    subject: ProvenSubject,
    more: Record<string, string>,
    trace: TraceContext | undefined,
    isRepeat = false,
  ): Promise<IssuedTokens | Refusal> {
    const ask = async () => {
      const assertion = await signRecoveryAssertion(parts, {
        accountId: subject.accountId,
        recoveryId: subject.recoveryId,
        clientId: subject.clientId,
        acr: subject.acr,
        amr: subject.amr,
        provenAt: subject.provenAt,
        basis: subject.basis,
        isRepeat,
      });
      const form = new URLSearchParams({
        grant_type: tokenExchangeGrant,
        subject_token: assertion,
        subject_token_type: jwtTokenType,
        ...more,
      });
      const { statusCode, body } = await pool.request({
        path: `${pathname.replace(/\/$/, '')}/oauth2/token`,
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...correlationHeaders(trace) },
        body: form.toString(),
      });
      const answer = (await body.json()) as IssuedTokens & { error?: string; error_description?: string };
      return { statusCode, answer };
    };
    try {
      const { statusCode, answer } = await ask().catch((fault: unknown) => {
        if (!hasEnded(fault)) throw fault;
        return ask();
      });
      if (statusCode === 200) return answer;
      if (statusCode >= 500) return refuse('unavailable');
      const { error, error_description: why } = answer;
      log(new Error(`${statusCode} ${error}: ${why}`), 'the issuer refused an assertion', trace);
      return refuse('invalid_state', {}, error);
    } catch (fault) {
      log(fault, 'the issuer could not be reached', trace);
      return refuse('unavailable');
    }
  }

  async function exchangeForCode(
    subject: ProvenSubject,
    { redirectUri, codeChallenge }: { redirectUri: string; codeChallenge: string },
    trace: TraceContext | undefined,
    isRepeat = false,
  ): Promise<{ code: string } | Refusal> {
    const wanted = {
      requested_token_type: authorizationCodeType,
      redirect_uri: redirectUri,
      code_challenge: codeChallenge,
    };
    const answer = await exchange(subject, wanted, trace, isRepeat);
    return isRefused(answer) ? answer : { code: answer.access_token };
  }

  return {
    exchangeForTokens: (subject, trace) => exchange(subject, {}, trace),
    reissueTokens: (subject, trace) => exchange(subject, {}, trace, true),
    exchangeForCode: (subject, redirect, trace) => exchangeForCode(subject, redirect, trace),
    reissueCode: (subject, redirect, trace) => exchangeForCode(subject, redirect, trace, true),
    async revoke(recoveryId, trace) {
      await revokeSessionsOfRecoveries(database.within(trace), {
        recoveries: [recoveryId],
        at: new Date(clock.now()),
      });
    },
    close: () => pool.close(),
  };
}

/**
 * Connections on which exactly this certificate is trusted, for the name of the public URL, whatever name leads there. The file is read
 * for each, since it may have been renewed.
 */
const showing =
  (certFile: string, publicUrl: string): buildConnector.connector =>
  ({ servername: _servername, ...options }, callback) => {
    const { hostname } = new URL(publicUrl);
    const name = hostname.replace(/^\[|\]$/g, '');
    const connect = buildConnector({
      ca: readFileSync(certFile),
      allowPartialTrustChain: true,
      checkServerIdentity: (_name, certificate) => checkServerIdentity(name, certificate),
    });
    connect({ ...options, ...(isIP(name) ? {} : { servername: name }) }, callback);
  };
