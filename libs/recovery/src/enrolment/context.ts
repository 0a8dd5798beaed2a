import type { ActContext } from '../context.js';

/** What the acts of a person who is signed in need. */
export interface EnrolmentContext extends ActContext {
  /** Roles for which the policy asks for level 2. */
  strongRoles: string[];
}

/** Whose account changes, and by which session. */
export interface Changing {
  account: string;
  session: string;
}
