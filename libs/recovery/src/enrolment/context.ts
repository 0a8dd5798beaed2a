import type { ActContext } from '../context.js';

/** What the acts of a signed-in person need. */
export interface EnrolmentContext extends ActContext {
  /** Roles for which the policy asks for level 2. */
  strongRoles: string[];
  /** Milliseconds before an authenticator that was bound to a single-factor account counts in a recovery. */
  bindingHoldMs: number;
}

/** The account that changes, and the session that changes it. */
export interface Changing {
  account: string;
  session: string;
}

/** The same with the origin, which is stored with the authenticator. */
export interface BindingBy extends Changing {
  client: string;
  /** IP address. */
  source: string;
}
