import type { AssistWording } from '../assist.js';

export const assist: AssistWording = {
  form: {
    title: 'Recover your account with support',
    lead: 'Are you talking to support? Enter the letters that the person reads out.',
    code: 'Letters from support',
    hint: '8 letters, such as WDJB-MJHT.',
    submit: 'Continue',
    warning:
      "Did you get the letters from someone you didn't contact yourself? Don't enter them. Contact support yourself.",
  },
  number: {
    title: 'Tell support this number',
    lead: 'Tell this number to the person you are talking to.',
    label: 'Your number',
    next: 'Once the person has entered it, you can continue here.',
    continue_: 'Continue',
    warning: 'We never ask you for a code on the phone. Keep the code that we send you next to yourself.',
    otherCode: 'Enter other letters',
  },
  over: "This didn't work, or it took longer than 10 minutes. Ask the person for new letters.",
  problems: {
    unknown:
      "These letters don't work. They work once, for 10 minutes. Check them, or ask the person for new ones.",
    limited: 'Too many tries. Please wait 10 minutes.',
  },
};
