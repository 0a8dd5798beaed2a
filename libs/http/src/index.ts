export type { ManagementCaller } from '@rekey/tokens';
export { abortableStart } from './abortable-start.js';
export { bearerChallenge, bearerOf } from './bearer-challenge.js';
export { codingsOf, mediaTypeOf } from './body-coding.js';
export { mergePatch } from './body-parsers.js';
export {
  authenticateClient,
  basicChallenge,
  clientMembers,
  findClientForPeople,
} from './client-authentication.js';
export { CLIENTS, ClientForPeopleGuard, CurrentClient, currentClient } from './client-guard.js';
export { CONTEXT, Context } from './context.js';
export { matchedRoute, withRequestTrace } from './correlation.js';
export { databaseProvider } from './database-provider.js';
export { warnOfExcessPrivileges } from './excess-privileges.js';
export { guardResult, requestOf } from './guard-result.js';
export { HasLeft, hasLeftOf } from './has-left.js';
export { CLOCK, LOG, SETTINGS } from './injection-tokens.js';
export { Leaving } from './leaving.js';
export { createLog, type Log, logFields, warnOf } from './log.js';
export {
  Caller,
  ManagementScopeGuard,
  RequireScope,
  scopeChallenge,
  TOKENS,
} from './management-guard.js';
export { describeApi, describeModule } from './open-api.js';
export { Operation, type OperationDescription } from './operation.js';
export { PeriodicWork } from './periodic-work.js';
export { limitHeaders, type Problem, problem, problemOf, refusalStatuses } from './problem.js';
export { ProblemFilter } from './problem-filter.js';
export { Public } from './public.js';
export { RATE_LIMITS, rateLimitsProvider } from './rate-limits-provider.js';
export { Readiness } from './readiness.js';
export { deny, parse, RefusedException, unwrap } from './refused-exception.js';
export { Replies, Reply } from './reply.js';
export { pathOf, splitTarget } from './request-target.js';
export { Resources } from './resources.js';
export {
  anyMedia,
  CrossOrigin,
  Decodes,
  Gives,
  LedByMessage,
  RouteFact,
  type RouteFacts,
  Streams,
  Takes,
  WithoutCookies,
} from './route-facts.js';
export { type Running, runProcess, whatToDo } from './run-process.js';
export { openSealed, SealedCookies } from './sealed-cookies.js';
export { type RunningServer, runWithoutServer, serve } from './serve.js';
export { createApp, type ServeOptions } from './server.js';
export {
  authenticateSession,
  CurrentSession,
  currentSession,
  type PersonSession,
  SessionGuard,
  sessionChallenge,
} from './session-guard.js';
export { InQuery, Json, PathParam, ZodPipe } from './zod-pipe.js';
