import type { PageWording } from '../page.js';

export const page: PageWording = {
  skip: 'Skip to content',
  error: 'Error',
  thereIsAProblem: 'There is a problem',
  steps: { label: 'Steps', who: 'Your account', code: "Confirm it's you", fresh: 'New password' },
  form: {
    title: (service) => `Get back into ${service}`,
    lead: "We'll send a code to the email address or phone on your account. Then you can choose a new password.",
    leadForApp: (app) =>
      `We'll send a code to the email address or phone on your account. Then you can go back to ${app}.`,
    identifier: 'Email, phone or username',
    hint: 'For example, mei@example.com or +1 202 555 0123',
    country: 'Country of your phone number',
    countryHint: "Only if the number doesn't start with + and a country code",
    noCountry: 'No country',
    countryProblem:
      'This looks like a phone number. Choose its country, or start it with + and the country code.',
    submit: 'Send me a code',
    problem:
      'Enter your email, phone or username. For a phone number, start with + and the country code, or choose its country.',
  },
  code: {
    title: 'Enter the code',
    lead: "If what you entered matches an account, we've sent a code by email or SMS. It works for 10 minutes.",
    label: 'Code',
    hint: "Usually 6 digits by SMS and 8 by email, sometimes more. Spaces don't matter.",
    submit: 'Continue',
    wrong: (left) =>
      left === 0
        ? "That code isn't right, and it was your last try."
        : `That code isn't right. You have ${left} ${left === 1 ? 'try' : 'tries'} left.`,
    empty: 'Enter the code.',
    resendHeading: "Didn't get a code?",
    resendIn: (seconds) => `You can ask for another in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`,
    resendNow: 'You can ask for another one now.',
    tooEarly: (seconds) =>
      `You've just asked for a code. You can ask for another in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`,
    sent: "If what you entered matches an account, we've sent another code. The previous one works until its 10 minutes are over.",
    resend: 'Send another code',
    byMail: 'Send it by email',
    bySms: 'Send it by SMS',
    noMessage: 'Check your spam folder. We only send a code if what you entered matches an account.',
    restart: 'Use a different email, phone or username',
  },
  password: {
    title: 'Choose a new password',
    lead: "You've confirmed it's you. Setting a new password signs all devices out of your account.",
    leadForApp: (app) =>
      `You've confirmed it's you. Choose a new password, and you'll go back to ${app}. Your old password stops working, and all devices are signed out of your account.`,
    label: 'New password',
    rules: 'At least 15 characters. A few words you can remember work well, and you can use spaces.',
    show: 'Show',
    hide: 'Hide',
    submit: 'Set new password',
    refused: {
      too_short: 'This password is too short. Use at least 15 characters. A few words in a row work well.',
      too_long: 'This password is too long. Use 256 characters or fewer.',
      blocklisted:
        "This password is too easy to guess. Choose another, such as a few words that don't belong together.",
      too_similar:
        'This password is too close to your name, email address, phone number or the name of this service. Choose another.',
    },
  },
  cancel: { label: 'Cancel', labelForApp: (app) => `Cancel and go back to ${app}` },
  returnToApp: {
    title: 'Last step',
    lead: (app) =>
      `You've confirmed it's you. All devices will be signed out of your account, and you'll go back to ${app}.`,
    submit: (app) => `Sign out all devices and go to ${app}`,
  },
  done: {
    title: 'Your new password is set',
    lead: 'All devices have been signed out of your account. Sign in with the new password.',
    told: "We're sending a notice to the email addresses and phone numbers on the account, in case this wasn't you.",
    signIn: 'Sign in',
    backToApp: 'You can close this page.',
  },
  notices: {
    over: {
      title: 'This recovery has ended',
      text: 'It was finished or stopped, or it ran out of time. You can start again.',
    },
    completed: {
      title: 'This recovery is finished',
      text: 'No recovery is in progress in this browser any more. Your account was recovered, and all devices were signed out of it. Sign in with your new password, or go back to the app that sent you here.',
    },
    cancelled: {
      title: 'You cancelled this recovery',
      text: 'Nothing was changed in your account. The codes we sent no longer work. If an app sent you here, go back to it.',
    },
    stopped: {
      title: 'This recovery was stopped',
      text: 'Someone who receives messages for this account stopped it, or the account was changed meanwhile. If that was a mistake, you can start again.',
    },
    expired: {
      title: 'This recovery has run out of time',
      text: 'Nothing was changed in your account. The codes we sent no longer work. You can start again.',
    },
    no_tries: {
      title: 'No tries left',
      text: 'Too many wrong codes. You can start again and get a new code.',
    },
    limited: {
      title: 'Too many requests',
      text: 'There were too many requests from your network. Please try again later.',
    },
    unavailable: {
      title: 'Not available right now',
      text: "Something isn't working on our side. Nothing is lost. Please try again in a minute.",
    },
    forbidden: {
      title: 'This page has expired',
      text: "For your security we didn't process the form. Nothing was changed. Open the page again and try once more.",
    },
    no_cookies: {
      title: 'Cookies are needed',
      text: "Your browser didn't send back the cookie that keeps this page safe, so we didn't process the form. Allow cookies for this site in your browser's settings. Then open the page again. If cookies are allowed, the page was open for too long: opening it again is enough.",
    },
    bad_request: {
      title: "This link doesn't work",
      text: "We don't know the app that sent you here, or its link is incomplete. Please go back to the app and try again.",
    },
    no_session: {
      title: 'Start here',
      text: 'No recovery is in progress in this browser. It may have ended, or you may have started it in another browser or on another device: continue there, or start here.',
    },
    not_found: { title: 'Page not found', text: 'Check the web address. It may have been mistyped.' },
  },
  restart: 'Start again',
  again: 'Open the page again',
  waitMinutes: (minutes) => `Wait about ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}.`,
};
