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

/** Milliseconds in which the issuer says that it is there. */
const thereWithinMs = 1_000;

export interface IssuerOverHttp extends IssuerPort {
  /** Asks for nothing but a sign of life; left out where there is no such question. @throws the reason when it gives none */
  ask?(): Promise<void>;
  close(): Promise<void>;
}

/** Where the issuer listens when it is beside us, behind whatever its public URL leads through. */
export interface IssuerAddress {
  url: string;
  /** What it shows there, for the name of its public URL. */
  certFile?: string | undefined;
  /** The variable that holds the URL, where one does. */
  setting?: string | undefined;
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
  const path = pathname.replace(/\/$/, '');
  const closing = new AbortController();
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
        path: `${path}/oauth2/token`,
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
      log(fault, `the issuer could not be reached at ${at?.url ?? issuerUrl}`, trace);
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

  async function statusOf(route: string, signal: AbortSignal): Promise<number> {
    const { statusCode, body } = await pool.request({ path: `${path}${route}`, method: 'GET', signal });
    await body.dump();
    return statusCode;
  }

  /** A proxy may hide health checks, but never the keys. */
  async function ask(): Promise<void> {
    const signal = AbortSignal.any([AbortSignal.timeout(thereWithinMs), closing.signal]);
    const health = await statusOf('/health/live', signal);
    const isHidden = health >= 400 && health < 500;
    const status = isHidden ? await statusOf('/oauth2/jwks', signal) : health;
    if (status !== 200) throw new Error(`it answered ${status}`);
  }

  return {
    ask,
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
    close() {
      closing.abort();
      return pool.close();
    },
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
