import type { AccountWording } from '../account.js';

export const account: AccountWording = {
  signIn: {
    title: 'Recovery options',
    lead: 'Sign in to set up an authenticator app and backup codes. They help you get back in if you lose your password or phone.',
    deviceTitle: 'Connect a device',
    deviceLead: 'Sign in first. Then you can decide about the device.',
    identifier: 'Email, phone or username',
    password: 'Password',
    second: 'Code from your authenticator app, or a backup code',
    secondHint: "Leave this empty if you haven't set one up.",
    submit: 'Sign in',
    wrong:
      "That didn't work. Check what you entered. If you use an authenticator app, enter a new code from it.",
    needsSecond:
      'Your password is right. Enter it again, together with a code from your authenticator app, or a backup code.',
    limited: (minutes) =>
      `Too many attempts. Wait ${minutes === 1 ? 'a minute' : `${minutes} minutes`}, or recover your account.`,
    lost: "Can't sign in?",
  },
  home: {
    title: 'Recovery options',
    lead: 'When you change something here, we notify every email address and phone number on your account.',
    remove: 'Remove',
    suspended: (from, client) =>
      `We turned this off to be safe when your account was recovered. It was added from ${from ? `the network ${from}` : 'an unknown network'}${client ? ` with the app "${client}"` : ''}. Did you add it? If not, remove it.`,
    countsFrom: (time) => `Can be used to sign in now, and to recover your account from ${time}.`,
    restore: "Yes, it's mine",
    otherFirst: 'You have set up another one since then. To use this one again, remove the other one first.',
    restored: 'Confirmed. You can use it again.',
    signOut: 'Sign out',
    bound: 'Your authenticator app is set up.',
    removed: 'Removed.',
  },
  bind: {
    title: 'Set up an authenticator app',
    lead: 'Scan this QR code with your authenticator app. Then enter the code the app shows.',
    picture: 'QR code with the setup key for your authenticator app',
    byHand: "Can't scan it? Enter this setup key in the app:",
    code: 'Code from the app',
    codeHint: '6 digits that change every 30 seconds.',
    submit: 'Finish setup',
    wrong:
      "That code isn't right. Wait for the next one and try it. If that fails, check your phone's clock.",
    gone: 'This setup has expired. Please start again.',
    cancel: 'Cancel',
  },
};
