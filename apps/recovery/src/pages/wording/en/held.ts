import type { HeldWording } from '../held.js';

export const held: HeldWording = {
  title: "You've confirmed it's you. Please come back later",
  lead: (until) => `To continue, come back to this page in this browser on ${until} or later.`,
  why: "Someone recently stopped a recovery of this account. To be safe, this one has to wait, so that the owner has time to stop it if it isn't you.",
  told: "We're sending a notice to the email addresses and phone numbers on the account. You don't need to do anything now, and you can close this page.",
  later: (days) => `From then on, you have ${days} days to come back.`,
};
