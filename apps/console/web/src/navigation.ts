import type { TextKey } from './language/texts.js';

/** The main screens, in the order of a day's work; each is shown to those who have one of its rights. */
export const navigation = [
  { to: '/', text: 'nav.overview', rights: [] },
  { to: '/find', text: 'nav.find', rights: ['look'] },
  { to: '/decisions', text: 'nav.decisions', rights: ['decide', 'assist'] },
  { to: '/diagnosis', text: 'nav.diagnosis', rights: ['look'] },
  { to: '/clients', text: 'nav.clients', rights: ['look'] },
  { to: '/audit', text: 'nav.audit', rights: ['audit'] },
  { to: '/members', text: 'nav.members', rights: ['staff'] },
  { to: '/settings', text: 'nav.settings', rights: ['look'] },
] as const satisfies { to: string; text: TextKey; rights: string[] }[];

export type Destination = (typeof navigation)[number];

/** What to show of the navigation. The server refuses the rest whatever is shown. */
export const navigationFor = (rights: readonly string[]): Destination[] =>
  navigation.filter(
    (each) => each.rights.length === 0 || each.rights.some((right) => rights.includes(right)),
  );
