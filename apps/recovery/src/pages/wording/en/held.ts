import type { HeldWording } from '../held.js';

export const held: HeldWording = {
  title: "You've confirmed it's you. Please come back later",
  lead: (until) => `To continue, come back to this page in this browser on ${until} or later.`,
  why: "To protect the account, this recovery has to wait. That gives the owner of the account time to stop it if it isn't you.",
  told: "We're sending a notice to the email addresses and phone numbers on the account. You don't need to do anything now, and you can close this page.",
  later: (days) => `From then on, you have ${days} days to come back.`,
  back: {
    title: 'Continue your recovery',
    lead: 'Use the browser in which you started. The next page says when you can continue, or lets you finish.',
    continue_: 'Continue',
    elsewhere:
      'Did you start in an app or in another browser? Continue there. This link alone gives nobody access.',
  },
};
