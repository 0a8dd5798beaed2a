import type { KindWording } from './wording.js';

export const wording: KindWording = {
  bound: {
    totp: {
      title: 'Authenticator app',
      none: 'Not set up. With an authenticator app, a stolen email account or phone number is not enough to take over your account.',
      bound: (date) => `Set up on ${date}.`,
      setUp: 'Set up an authenticator app',
      replace: 'Set up a new one',
      disabled:
        'Too many wrong codes were entered, so it can no longer be used for recovery. Set it up again. You can still sign in with it.',
      ask: { label: 'Code from your authenticator app', hint: 'The 6 digits the app shows now.' },
    },
    backup_code: {
      title: 'Backup codes',
      none: 'None yet. These are ten codes to keep on paper, for when nothing else works.',
      bound: (date, left) => `${left} of 10 left, created on ${date}.`,
      setUp: 'Create backup codes',
      replace: 'Create new ones',
      disabled:
        'Too many wrong backup codes were entered, so they can no longer be used for recovery. Create new ones.',
      ask: {
        label: 'Backup code',
        hint: 'One of the codes you saved, such as ABCD-EFGH-JKMN-PQRS. Each works once.',
      },
    },
  },
  made: {
    backup_code: {
      title: 'Your backup codes',
      lead: 'Each code works once. Print them or write them down, and keep them somewhere safe, such as with your passport.',
      warning: 'We show these codes only once. Any older codes no longer work.',
      done: "I've saved them",
    },
  },
  changes: {
    totp_bound: 'An authenticator app was added.',
    totp_removed: 'The authenticator app was removed.',
    totp_restored: 'The authenticator app that a recovery had turned off works again.',
    totp_disabled:
      "Too many wrong codes from your authenticator app were entered during account recovery. It can't be used for recovery until you set it up again. You can still sign in with it.",
    backup_code_made: 'New backup codes were created. The old ones no longer work.',
    backup_code_removed: 'The backup codes were removed.',
    backup_code_restored: 'The backup codes that a recovery had turned off work again.',
    backup_code_disabled:
      'Too many wrong backup codes were entered, so they can no longer be used for recovery. Please create new ones.',
    code_disabled:
      'Too many wrong codes were entered for one of your email addresses or phone numbers. Codes to it now have 20 digits. Once you enter one, or use the link in the email, they are short again.',
    totp_guessed:
      'Someone who has your password entered 100 wrong authenticator app codes in a row. None of them worked. Change your password now. Until then, codes from the app may not work: use a backup code, or recover your account.',
  },
};
