/**
 * The length of a campaign: `npm test` runs a short form of each, `npm run test:long` all of it. A campaign is a spec named
 * `*.campaign.spec.ts`; only its size may differ, so that the short form proves the same.
 */
export const byLength = <Size>(short: Size, long: Size): Size =>
  process.env.REKEY_TESTS === 'long' ? long : short;
