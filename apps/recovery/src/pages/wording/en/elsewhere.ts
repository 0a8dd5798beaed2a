import type { ElsewhereWording } from '../elsewhere.js';

export const elsewhere: ElsewhereWording = {
  recovery: {
    title: 'Another recovery was started',
    text: 'After you opened this page, another recovery was started in this browser, perhaps in another tab. What you entered here was not used, and nothing was changed.',
    continue_: 'Continue with the newer one',
    otherwise: { begin: 'Start again' },
  },
  account: {
    title: 'Another account is signed in',
    text: 'After you opened this page, this browser was signed in to a different account, perhaps in another tab. What you did here was not saved, and nothing was changed.',
    continue_: 'Continue with the account signed in now',
    otherwise: 'To use the other account, sign out first. Then sign in to it.',
  },
  stop: {
    title: 'This page is out of date',
    text: 'After you opened this page, another link was opened or used in this browser, perhaps in another tab. Nothing was stopped here, and nothing was changed. To stop this recovery, open the link in the message again.',
    continue_: 'Go to the newer link',
    otherwise: { begin: 'Recover my account' },
  },
  link: {
    title: 'This page is out of date',
    text: 'After you opened this page, another link was opened or used in this browser, perhaps in another tab. This link was not used, and nothing was changed. Open the link in the email again, or enter the code from the email.',
    continue_: 'Go to the newer link',
    otherwise: { begin: 'Start again' },
  },
  beside: {
    before: 'Before this recovery, you started another one in this browser. It is still open.',
    after: 'After this recovery, you started another one in this browser. It is still open.',
    alone: 'You started another recovery in this browser. It is still open.',
    continue_: 'Go to the other recovery',
  },
};
