import type { WordingWithoutSms } from '../without-sms.js';

export const withoutSms: WordingWithoutSms = {
  page: {
    form: {
      lead: "We'll send a code to the email address on your account. Then you can choose a new password.",
      leadForApp: (app) =>
        `We'll send a code to the email address on your account. Then you can go back to ${app}.`,
    },
    code: {
      lead: "If what you entered matches an account with an email address, we've sent a code there. It works for 10 minutes.",
      hint: "Usually 8 digits, sometimes more. Spaces don't matter.",
    },
    done: {
      told: "We're sending a notice to the email addresses on the account, in case this wasn't you.",
    },
  },
  proofs: { other: { backToCode: 'Enter the code from the email', byCode: 'Get a code by email' } },
  held: {
    told: "We're sending a notice to the email addresses on the account. You don't need to do anything now, and you can close this page.",
  },
  stop: {
    held: (hours) =>
      `Someone may try again. So the next recovery of this account has to wait ${hours} hours. When the wait starts, we notify every email address on the account.`,
  },
  account: {
    home: { lead: 'When you change something here, we notify every email address on your account.' },
  },
};
