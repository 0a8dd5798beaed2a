import type { ProofWording } from '../proofs.js';

const tries = (left: number) => `You have ${left} ${left === 1 ? 'try' : 'tries'} left.`;

export const proofs: ProofWording = {
  otherWay: 'Use a backup code instead',
  linkNumber: 'Opened the email on another device? Enter this number there:',
  linkDone: "I've opened the link. Continue",
  sendTo: (address) => `Send a code to ${address}`,
  other: {
    title: 'Use a backup code',
    lead: 'If you saved backup codes for this account, enter one of them.',
    moreTitle: 'One more step',
    moreLead:
      "That worked. This account uses two-step verification, so please confirm it's you in one more way.",
    submit: 'Continue',
    wrong: (left) =>
      left === 0
        ? "That code isn't right, and it was your last try."
        : `That code isn't right. ${tries(left)}`,
    empty: 'Enter the code.',
    backToCode: 'Enter the code from the email or SMS',
    byCode: 'Get a code by email or SMS',
  },
  stuck: {
    title: "We can't continue here",
    text: "This account needs a second way to confirm it's you, and we can't offer one here. Please contact support for this service.",
  },
  link: {
    title: 'Recover your account?',
    lead: (service) =>
      `You opened the link in an email from ${service}. Continue if you asked to recover your account.`,
    submit: 'Continue recovery',
    warning: "If you didn't ask for this, close this page. Opening the link has not changed anything.",
    numberTitle: 'Which number do you see?',
    numberLead:
      "This isn't the browser where you started. Enter the number shown on the page there. If someone else sent you here or told you a number, close this page.",
    number: 'Number',
    numberHint: 'Three digits.',
    wrong: (left) =>
      left === 0
        ? "That isn't the number, and it was your last try."
        : `That isn't the number. ${tries(left)}`,
    doneTitle: 'Done',
    done: 'Go back to the page where you started, and continue there.',
    goneTitle: 'This link no longer works',
    gone: 'This link has expired or was already used. Go back to the page where you started, or start again.',
    restart: 'Start again',
  },
};
