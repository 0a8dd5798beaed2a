export { abortableStart } from './abortable-start.js';
export {
  authenticateClient,
  basicChallenge,
  clientForPeople,
  clientMembers,
} from './client-authentication.js';
export { databaseProvider } from './database-provider.js';
export { CLOCK, LOG, SETTINGS } from './injection-tokens.js';
export { asked, createLog, type Log } from './log.js';
export type { MediaRule } from './negotiation.js';
export { describeApi, describeModule } from './open-api.js';
export { Operation, type OperationDescription } from './operation.js';
export { PeriodicWork } from './periodic-work.js';
export { limitHeaders, type Problem, problem, problemOf, refusalStatuses } from './problem.js';
export { ProblemFilter } from './problem-filter.js';
export { Readiness } from './readiness.js';
export { parse, RefusedException, unwrap } from './refused-exception.js';
export { Resources } from './resources.js';
export { type Running, runProcess, whatToDo } from './run-process.js';
export { type RunningServer, runWithoutServer, serve } from './serve.js';
export { createApp, type ServeOptions } from './server.js';
export { warnOfSurplus } from './surplus-rights.js';
export { inRequest } from './trail.js';
