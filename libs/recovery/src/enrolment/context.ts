import type { ActContext } from '../context.js';

/** What the acts of a person who is signed in need. */
export interface EnrolmentContext extends ActContext {
  /** Roles for which the policy asks for level 2. */
  strongRoles: string[];
  /** How long what is bound to an account of one factor waits until it counts in a recovery, in milliseconds. */
  bindingHoldMs: number;
}

/** Whose account changes, and by which session. */
export interface Changing {
  account: string;
  session: string;
}

/** The same, with where from: an authenticator keeps it. */
export interface BindingBy extends Changing {
  client: string;
  /** IP address. */
  source: string;
}
