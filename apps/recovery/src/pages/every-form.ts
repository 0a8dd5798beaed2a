import { boundProofs, type SetUpPage, totp } from '@rekey/proofs';

/** What a form can be about: what its browser had of this kind when the form was shown. */
export type Subject = 'recovery' | 'account' | 'stop' | 'link';

type SetUpForms = Record<`/account/${SetUpPage}`, { about: 'account'; page: '/account' }>;

/** One form for each kind of authenticator. */
const setUpForms = Object.fromEntries(
  boundProofs.map(({ setUp }) => [`/account/${setUp.page}`, { about: 'account', page: '/account' }]),
) as SetUpForms;

/**
 * Every form of the pages by its address: what it is about, and the page to read its answer on in another language. A form
 * that is not listed neither compiles nor is served, so that none goes without a subject by oversight.
 */
export const everyForm = {
  // Before there is anything to be about.
  '/recover': { about: 'nothing', page: '/recover' },
  '/recover/code': { about: 'recovery', page: '/recover/code' },
  '/recover/other': { about: 'recovery', page: '/recover/other' },
  '/recover/resend': { about: 'recovery', page: '/recover/code' },
  '/recover/password': { about: 'recovery', page: '/recover/password' },
  '/recover/return': { about: 'recovery', page: '/recover/code' },
  '/recover/cancel': { about: 'recovery', page: '/recover/code' },
  // The code is all that it is about.
  '/recover/assist': { about: 'nothing', page: '/recover/assist' },
  '/recover/link': { about: 'link', page: '/recover/link' },
  '/stop': { about: 'stop', page: '/stop' },
  '/account/sign-in': { about: 'nothing', page: '/account' },
  ...setUpForms,
  [`/account/${totp.setUp.page}/confirm` as const]: { about: 'account', page: '/account' },
  '/account/remove': { about: 'account', page: '/account' },
  '/account/restore': { about: 'account', page: '/account' },
  '/account/sign-out': { about: 'account', page: '/account' },
  '/device': { about: 'account', page: '/device' },
  '/device/answer': { about: 'account', page: '/device' },
} as const satisfies Record<string, { about: Subject | 'nothing'; page: string }>;

export type FormPath = keyof typeof everyForm;

export const isFormPath = (path: string | undefined): path is FormPath =>
  path !== undefined && Object.hasOwn(everyForm, path);
