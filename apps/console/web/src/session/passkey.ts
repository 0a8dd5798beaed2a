import {
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  startAuthentication,
  startRegistration,
  WebAuthnError,
} from '@simplewebauthn/browser';
import { ProblemError } from '../api/problem.js';
import { request } from '../api/request.js';
import type { Role, SessionView } from '../api/views.js';

interface Asked {
  options: PublicKeyCredentialRequestOptionsJSON;
}

interface Invited {
  name: string;
  role: Role;
  options: PublicKeyCredentialCreationOptionsJSON;
}

/** Signs in with a passkey that the browser offers. @throws what {@link request} and the browser throw */
export async function signIn(): Promise<SessionView> {
  const { options } = await request<Asked>('POST', '/staff/sessions/options', {});
  const response = await startAuthentication({ optionsJSON: options });
  return accepted(request('POST', '/staff/sessions', { response }));
}

/** Confirms with the passkey again, in the same session. */
export async function confirmAgain(): Promise<SessionView> {
  const { options } = await request<Asked>('POST', '/staff/sessions/fresh/options', {});
  const response = await startAuthentication({ optionsJSON: options });
  return accepted(request('POST', '/staff/sessions/fresh', { response }));
}

export const readInvitation = (invitation: string): Promise<Invited> =>
  request('POST', '/staff/registrations/options', { invitation });

/** Creates the passkey that an invitation asks for, and signs in. */
export async function acceptInvitation(
  invitation: string,
  options: PublicKeyCredentialCreationOptionsJSON,
): Promise<SessionView> {
  const response = await startRegistration({ optionsJSON: options });
  return accepted(request('POST', '/staff/registrations', { invitation, response }));
}

/** A passkey that is not accepted is no missing session, though HTTP says the same of both. */
async function accepted(answer: Promise<SessionView>): Promise<SessionView> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof ProblemError) || error.problem.code !== 'unauthorized') throw error;
    throw new ProblemError({ ...error.problem, code: 'passkey_refused' }, error.requestId);
  }
}

/** Development only. */
export const enterAsDemo = (role: Role): Promise<SessionView> =>
  request('POST', '/staff/sessions/demo', { role });

/** Why the browser made or used no passkey; undefined when the fault is another one. */
export function passkeyFault(error: unknown): 'cancelled' | 'registered' | 'unsupported' | undefined {
  if (error instanceof WebAuthnError) {
    if (error.code === 'ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED') return 'registered';
    if (error.code === 'ERROR_CEREMONY_ABORTED') return 'cancelled';
    if (error.code.startsWith('ERROR_AUTHENTICATOR_MISSING')) return 'unsupported';
  }
  // Browsers say the same when a person cancels, when time is up, and when there is no passkey (WebAuthn §14.5).
  const name = error instanceof Error ? error.name : undefined;
  if (name === 'NotAllowedError' || name === 'AbortError') return 'cancelled';
  if (name === 'NotSupportedError' || name === 'SecurityError') return 'unsupported';
  return undefined;
}
