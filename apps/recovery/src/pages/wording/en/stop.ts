import type { StopWording } from '../stop.js';

export const stop: StopWording = {
  title: 'Was this you?',
  lead: (service) => `Someone is recovering your ${service} account, or has recovered it.`,
  what: (signsOut) =>
    `If it wasn't you, stop or undo it here. ${signsOut ? 'Anyone who got in will be signed out. ' : ''}A password set in this recovery stops working, and the previous one works again.`,
  submit: "This wasn't me. Stop or undo it",
  doneTitle: { stopped: 'Stopped', undone: 'Undone' },
  doneBefore: 'We stopped this recovery. Nobody got in with it.',
  doneAfter: (signsOut) =>
    `${signsOut ? 'Anyone who got in has been signed out, and a' : 'A'} password set in this recovery no longer works.`,
  restored:
    'Your previous password works again. If someone else may know it, recover your account and choose a new one.',
  held: (hours) =>
    `Someone may try again. So the next recovery of this account has to wait ${hours} hours. When the wait starts, we notify every email address and phone number on the account.`,
  next: (signsOut, hours) =>
    hours > 0
      ? signsOut
        ? `To get back in, start a recovery now. You confirm it's you, then wait ${hours} hours.`
        : 'Someone may still be signed in. Start a recovery now. They are signed out when you finish it, after the wait.'
      : signsOut
        ? 'To get back in yourself, recover your account now.'
        : 'Someone may still be signed in. Recover your account now to sign them out.',
  recover: 'Recover my account',
  binding: {
    lead: (service) => `Someone who was signed in to your ${service} account set up a new way to recover it.`,
    what: "If it wasn't you, undo it here. That removes it, and the person who set it up will be signed out.",
    submit: "This wasn't me. Undo it",
    done: 'It has been removed, and the person who set it up has been signed out.',
    next: 'They may know your password. Recover your account now. That signs everyone out, and you choose a new password.',
  },
  override: {
    lead: (service) =>
      `Someone asked ${service} support to let them into your account without a code, and says that nothing else works any more.`,
    what: "If it wasn't you, stop it here. If they got in already, they will be signed out.",
    submit: "This wasn't me. Stop it",
    done: 'We stopped it. Nobody gets in this way.',
  },
  goneTitle: 'This link no longer works',
  gone: 'This link has expired or was already used. If someone else is in your account, recover it. That signs everyone out.',
};
