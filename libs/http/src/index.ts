export {
  authenticateClient,
  basicChallenge,
  clientForPeople,
  clientMembers,
} from './client-authentication.js';
export { asked, createLog, type Log } from './log.js';
export type { MediaRule } from './negotiation.js';
export { describeApi } from './open-api.js';
export { Operation, type OperationDescription } from './operation.js';
export { limitHeaders, type Problem, problem, problemOf, refusalStatuses } from './problem.js';
export { ProblemFilter } from './problem-filter.js';
export { parse, RefusedException, unwrap } from './refused-exception.js';
export { type Running, runProcess, whatToDo } from './run-process.js';
export { createApp, type RunningServer, type ServeOptions, serve } from './server.js';
export { warnOfSurplus } from './surplus-rights.js';
export { inRequest } from './trail.js';
export { unlessEnding } from './unless-ending.js';
