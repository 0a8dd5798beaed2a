export { changeOwnPassword, type PasswordChange } from './change-password.js';
export { clearFailedSignIns } from './clear-failures.js';
export type { ActContext, BindingBy, Changing, EnrolmentContext, PasswordContext } from './context.js';
export { answerDevice, lookAtDevice, startDeviceWithin } from './device.js';
export {
  confirmTotp,
  renewCodes,
  restore,
  startTotpBinding,
  type TotpToBind,
  unbind,
} from './enrol.js';
export { accountFailures } from './password-attempts.js';
export { authenticatorsToChange, maxAuthAgeSeconds } from './recent-sign-in.js';
export type { SecondFactor } from './second-factor.js';
export { type SignInRequest, signInWithin } from './sign-in.js';
