import { kindWordings } from '@rekey/proofs';
import type { Wording } from './wording.js';

export const wording: Wording = {
  colon: ':',
  between: ' ',
  code: {
    subject: (service) => `Your code to get back into ${service}`,
    preview: (minutes) => `The code inside works for ${minutes} minutes.`,
    heading: 'Get back into your account',
    lead: (service) =>
      `Someone, hopefully you, asked to get back into your ${service} account. Enter this code on the page where you started:`,
    good: (minutes, service) =>
      `The code works for ${minutes} minutes. Nobody at ${service} will ever ask you for it. Don't share it with anyone.`,
    orLink:
      'Or continue with one tap. On another device, you need the number shown on the page where you started.',
    linkLabel: 'Continue recovery',
    notYou: "If this wasn't you, you can ignore this email. Don't share the code or the link. You can also ",
    stopLabel: 'stop this recovery',
    footer: (service) =>
      `${service} sent this email because someone is recovering an account with this email address. It is an automatic message. Please don't reply.`,
    sms: (service, code, minutes) =>
      `${code} is your ${service} recovery code. It works for ${minutes} min. Don't share it.`,
  },
  completed: {
    subject: (service) => `Your ${service} account was recovered`,
    preview: "If this was you, you don't need to do anything. If not, you can undo it.",
    heading: 'Your account was recovered',
    lead: (service, when) =>
      `Someone passed the security checks for your ${service} account and got back into it on ${when}.`,
    was: (password, accountUrl) =>
      ({
        set: "A new password was set, and all devices were signed out. If this was you, you don't need to do anything.",
        ended: `All devices were signed out, and your old password no longer works. If this was you, you don't need to do anything. When you need a password, choose a new one at ${accountUrl}.`,
        kept: "Someone signed in, and all other devices were signed out. If this was you, you don't need to do anything.",
      })[password],
    suspended:
      'Any authenticator app or backup codes set up in the last 30 days have been turned off, in case someone else added them. Confirm or remove them in your account.',
    notYouHeading: "If this wasn't you",
    notYou: (password, signsOut) => {
      const undo = {
        set: 'Undo it within 72 hours. The new password stops working, and your previous one works again.',
        ended: 'Undo it within 72 hours. Your old password works again.',
        kept: 'Undo it within 72 hours.',
      }[password];
      if (signsOut) return `${undo} The person who got in will be signed out.`;
      return `${undo} Then recover your account yourself. That signs out the person who got in.`;
    },
    stopLabel: "This wasn't me. Undo it",
    notYouRemoved:
      "This email address was removed from the account, so you can't undo this from here. If the account is still yours, recover it yourself or ask support for help.",
    footer: (service) =>
      `${service} sent this email to every email address of an account that was recovered. It is an automatic message. Please don't reply.`,
    sms: (service, url, passwordEnded) =>
      `${service}: your account was recovered and all devices were signed out.${passwordEnded ? ' Your old password no longer works.' : ''} Not you? Undo it within 72 h: ${url}`,
    smsRemoved: (service) =>
      `${service}: an account that had this number before was recovered. If the account is still yours, go to ${service} and recover it.`,
  },
  held: {
    subject: (service) => `Someone is recovering your ${service} account`,
    preview: 'If this was you, come back when the wait is over. If not, you can stop it.',
    heading: 'A recovery of your account is on hold',
    lead: (service, when) =>
      `Someone passed the security checks for your ${service} account on ${when} and wants to get back into it.`,
    waits: (until, url) =>
      `To protect the account, this recovery is on hold until ${until}. That gives the owner of the account time to stop it. If this was you, go back to the page or app where you started within 3 days after that. In the browser where you started, this link leads there: ${url}`,
    released: (url) =>
      `This recovery was on hold. Support has ended the wait, so it can be finished now. If this was you, go back to the page or app where you started within 3 days. In the browser where you started, this link leads there: ${url}`,
    notYou: "Stop it now, and this recovery can't be finished.",
    stopLabel: "This wasn't me. Stop it",
    sms: (service, until, url) =>
      `${service}: someone is recovering your account. It is on hold until ${until}. Not you? Stop it: ${url}`,
    smsReleased: (service, url) =>
      `${service}: someone is recovering your account. Support has ended the wait. Not you? Stop it: ${url}`,
    smsRemoved: (service) =>
      `${service}: someone is recovering an account that had this number before. If the account is still yours, go to ${service} and recover it.`,
  },
  assisted: {
    subject: (service) => `Support started a recovery of your ${service} account`,
    preview: "If you asked for help, you don't need to do anything. If not, you can stop it.",
    heading: 'Support started a recovery of your account',
    lead: (service, when) =>
      `On ${when}, someone asked ${service} support for help with getting back into your account. Support started a recovery for them.`,
    was: "The recovery still needs proof that it's you. Support can't see your codes, and never asks for one. If you asked for help, continue on the page or in the app where you entered the letters.",
    notYou: "Stop it now, and this recovery can't be finished.",
    stopLabel: "This wasn't me. Stop it",
    sms: (service, url) =>
      `${service}: support started a recovery of your account for someone who asked for help. Not you? Stop it: ${url}`,
    smsRemoved: (service) =>
      `${service}: support started a recovery of an account that had this number before. If the account is still yours, go to ${service} and recover it.`,
  },
  changed: {
    subject: (service) => `Security notice for your ${service} account`,
    heading: 'Security notice',
    lead: (service, when) => `On ${when}, this happened in your ${service} account:`,
    what: {
      ...kindWordings.en.changes,
      password_changed: 'The password was changed. All other devices were signed out.',
      addresses_changed: 'The email addresses or phone numbers on the account were changed.',
      password_put: 'A new password was set for the account. All devices were signed out.',
      password_ended:
        'A password set in a recovery with a removed or compromised email address or phone number no longer works. All devices were signed out.',
      account_disabled:
        'The account was disabled. Nobody can sign in to it or recover it. All devices were signed out.',
      account_enabled: 'The account was enabled again.',
      access_changed: "Your account's permissions or security requirements were changed.",
      password_limited:
        'A wrong password was entered 100 times in a row. The password now works only in browsers and apps where you have signed in before. Recover your account to remove this limit.',
      recovery_denied:
        'Support ended a recovery of the account that was on hold. It can no longer be finished.',
      address_compromised:
        'Support marked another email address or phone number of the account as compromised. Codes and notices no longer go there, and recoveries that used it no longer count.',
      address_restored:
        'Support put an email address or phone number of the account back in use. Codes and notices go there again.',
      override_requested:
        'Someone asked support to let them in without a code, because the account has no working way to recover it. A second member of support has to approve this.',
      override_approved:
        'Support approved that someone who showed who they are may get into the account without a code. This is possible 24 hours from now at the earliest.',
    },
    notYouHeading: "If this wasn't you",
    notYou: 'Recover your account now. That signs everyone out, and you choose a new password.',
    notYouDisabled: (service) =>
      `Contact support at ${service}. Once the account is enabled again, you can recover it here.`,
    recoverLabel: 'Recover my account',
    notYouUndo:
      'Undo this now. That removes it and signs out the person who added it. Then choose a new password. The link stops working when the new method can be used for recovery.',
    undoLabel: "This wasn't me. Undo it",
    notYouOverride: 'Stop it now. Then nobody gets into the account this way.',
    stopOverrideLabel: "This wasn't me. Stop it",
    footer: (service) =>
      `${service} sent this email to every email address of an account whose security settings changed. It is an automatic message. Please don't reply.`,
    sms: (service, what) => `${service}: ${what} Not you? Recover your account.`,
    smsUndo: (service, what, url) => `${service}: ${what} Not you? Undo it now: ${url}`,
    smsStopOverride: (service, what, url) => `${service}: ${what} Not you? Stop it: ${url}`,
    smsDisabled: (service, what) => `${service}: ${what} Not you? Contact support.`,
  },
};
