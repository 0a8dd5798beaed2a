import { AnyRefusal } from '@rekey/kernel';

/** Error codes of RFC 6749 §5.2, RFC 6750 §3.1, RFC 7009 §2.2.1 and RFC 8628 §3.5. */
export type OAuthErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'invalid_target'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'unsupported_token_type'
  | 'invalid_scope'
  | 'invalid_token'
  | 'insufficient_scope'
  | 'authorization_pending'
  | 'slow_down'
  | 'access_denied'
  | 'expired_token';

/** An expected refusal of the issuer, in OAuth's own words. Returned, never thrown. */
export class OAuthRefusal extends AnyRefusal {
  constructor(
    readonly error: OAuthErrorCode,
    /** Printable ASCII without quotes or backslashes (RFC 6749 §5.2); reaches the client. */
    readonly description?: string,
  ) {
    super();
  }
}

export const oauthRefuse = (error: OAuthErrorCode, description?: string): OAuthRefusal =>
  new OAuthRefusal(error, description);

export const isOAuthRefused = (outcome: unknown): outcome is OAuthRefusal => outcome instanceof OAuthRefusal;
