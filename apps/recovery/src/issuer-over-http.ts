import type { Database } from '@rekey/database';
import { type Clock, isRefused, type Refusal, refuse } from '@rekey/kernel';
import type { IssuerPort, ProvenSubject, TokenAnswer } from '@rekey/recovery';
import {
  authorizationCodeType,
  jwtTokenType,
  revokeFamiliesOfRecovery,
  type SigningKeys,
  signRecoveryAssertion,
  tokenExchangeGrant,
} from '@rekey/tokens';
import { causeHeaders } from '@rekey/watch';
import { Pool } from 'undici';

/** The issuer hangs up on nobody; who has waited this long tells the person to try again. */
const timeoutMs = 8_000;

export interface IssuerOverHttp extends IssuerPort {
  close(): Promise<void>;
}

/** The token issuer over HTTP (RFC 8693), on kept connections. */
export function issuerOverHttp(parts: {
  database: Database;
  clock: Clock;
  keys: SigningKeys;
  issuerUrl: string;
  recoveryUrl: string;
  log: (fault: unknown, about: string) => void;
}): IssuerOverHttp {
  const { database, clock, issuerUrl, log } = parts;
  const { origin, pathname } = new URL(issuerUrl);
  const pool = new Pool(origin, { connections: 32, headersTimeout: timeoutMs, bodyTimeout: timeoutMs });

  async function exchange(
    subject: ProvenSubject,
    more: Record<string, string>,
  ): Promise<TokenAnswer | Refusal> {
    const assertion = await signRecoveryAssertion(parts, {
      accountId: subject.accountId,
      recoveryId: subject.recoveryId,
      clientId: subject.clientId,
      acr: subject.acr,
      amr: subject.amr,
      provenAt: subject.provenAt,
    });
    const form = new URLSearchParams({
      grant_type: tokenExchangeGrant,
      subject_token: assertion,
      subject_token_type: jwtTokenType,
      ...more,
    });
    try {
      const { statusCode, body } = await pool.request({
        path: `${pathname.replace(/\/$/, '')}/oauth2/token`,
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...causeHeaders() },
        body: form.toString(),
      });
      const answer = (await body.json()) as TokenAnswer & { error?: string; error_description?: string };
      if (statusCode === 200) return answer;
      if (statusCode >= 500) return refuse('unavailable');
      const { error, error_description: why } = answer;
      log(new Error(`${statusCode} ${error}: ${why}`), 'the issuer refused an assertion');
      return refuse('not_possible', {}, error);
    } catch (fault) {
      log(fault, 'the issuer could not be reached');
      return refuse('unavailable');
    }
  }

  return {
    exchangeForTokens: (subject) => exchange(subject, {}),
    async exchangeForCode(subject, { redirectUri, codeChallenge }) {
      const answer = await exchange(subject, {
        requested_token_type: authorizationCodeType,
        redirect_uri: redirectUri,
        code_challenge: codeChallenge,
      });
      return isRefused(answer) ? answer : { code: answer.access_token };
    },
    async revoke(recoveryId) {
      await revokeFamiliesOfRecovery(database, { recoveryId, at: new Date(clock.now()) });
    },
    close: () => pool.close(),
  };
}
