import { Audit1764000000002 } from './2-audit.js';
import { Limits1764000000003 } from './3-limits.js';

/** In the order of their numbers. Read by hand, never edited after landing. */
export const migrations = [Audit1764000000002, Limits1764000000003];
