import { isCode, isGenerated, type Rule, type Source } from './source-tree.js';

/** A word that once was ours, and the field's word for the same thing (docs/glossary.md). */
interface Retired {
  word: RegExp;
  instead: string;
  where: (source: Source) => boolean;
}

const code = isCode;
const everywhere = (): boolean => true;
const retired = (where: Retired['where'], words: Record<string, string>): Retired[] =>
  Object.entries(words).map(([word, instead]) => ({ word: new RegExp(`\\b(?:${word})\\b`), instead, where }));

const list: Retired[] = [
  ...retired(everywhere, {
    // On the wire.
    too_early: 'resend_too_soon',
    not_possible: 'invalid_state',
    link_number: 'match_number',
    day_used_up: 'daily_limit',
    // Tables.
    kept_answers: 'idempotent_responses',
    spent_token_ids: 'used_token_ids',
    token_families: 'sessions',
    settled_at: 'completed_at',
    // Metrics and audit events.
    'guesses_burnt(?:_total)?': 'proof_attempts_total',
    'sms_money_reserved(?:_total)?': 'sms_cost_reserved_total',
    'sms_breakers(?:_total)?': 'sms_circuit_breaker_transitions_total',
    'limits_hit(?:_total)?': 'rate_limit_exceeded_total',
    messages_waiting: 'outbox_messages',
    signing_key_due_seconds: 'signing_key_rotation_seconds',
    'recover(?:y|ies)_settled(?:_total)?': 'recovery_completed, recoveries_completed_total',
    // Settings.
    SENDS_IN_ALL: 'CODES_PER_10_MINUTES',
    SENDS_PER_CLIENT: 'CODES_PER_CLIENT_PER_10_MINUTES',
    SERVICE_NAME: 'PRODUCT_NAME',
    TOKEN_ALG: 'ACCESS_TOKEN_ALG',
    // The SDK.
    RekeyFault: 'RekeyError',
  }),
  ...retired(code, {
    'openWatch|noteAt|watch(?=: )': 'Telemetry, openTelemetry, recordWithin',
    'newPlace|place(?=: TraceContext)': 'TraceContext, newTraceContext',
    'Burnt|burnings?': 'Attempt, attemptStatements',
    'Answering|answerings': 'Verifier, verifiers',
    'take(?:Messages?|Statement)': 'claimMessages, claimStatement',
    'keepAnswer|findAnswer|Repeatable': 'saveIdempotentResponse, findIdempotentResponse, IdempotentRequest',
    'statesBefore|stateAfter|drawMoves|timesOfMove': 'transitions, sourceStates, targetState, drawStates',
    'whyNot|outlookOf|firstKinds|nextKinds|wordFor':
      'stateRefusal, remainingProofs, initialMethods, nextMethods, outcomeLabel',
    wornOut: 'withinFailureLimit, exhausted',
    'isOurs|callerWith|personOf|showsCredentials|callingClient': 'a guard of libs/http',
    'hold(?:Account|Session|Password|Disputed|For\\w+)': 'lock…; held is a state of a recovery',
    'forget[A-Z]\\w*': 'prune… for retention, clear… for what a success resets',
    'giveSmsBack|giveBack': 'refundSms, refund',
    'flood(?=[?:,.)])|FloodCounters': 'rateLimits, RateLimitStore',
    'openRecovery|settleRecovery|handBack': 'startRecovery, completeRecovery, completeForApp',
    'goOn|HandBackPage': 'showNextPage, ReturnToAppPage, continueTrace',
    'Seat|Beaten': 'BoundConnection, LostRace',
    '(?:end|new|insert|list)Famil(?:y|ies)': 'endSession, newSessionValues, insertSession, listSessions',
  }),
  // How we write: subject first, active voice, one thought a sentence.
  ...retired(everywhere, {
    '[Ww]hoever': 'who, or name the person: the owner, the attacker, the caller',
    '[Ii]t is told': 'name who tells: the response says, the log says',
    '[Tt]he one of': 'name the thing again',
    'burn(?:s|t|ed)?': 'an attempt is counted, or consumed',
  }),
];

/** File and folder names that were ours, without their endings. */
const names: Record<string, string> = {
  watch: 'telemetry',
  catalogue: 'metrics',
  trail: 'correlation',
  burn: 'attempt-statement',
  evidence: 'verifiers',
  'take-message': 'claim-message',
  'kept-answer': 'idempotency',
  notice: 'notifications',
  guesses: 'attempts',
  'flood-counters': 'rate-limit-store',
  charge: 'consume',
  'count-proven': 'conversion',
  'give-back': 'refund',
  forget: 'prune',
  manners: 'security-headers, access-log',
  'before-routes': 'malformed-requests',
  probes: 'health.controller, metrics.controller',
  'unless-ending': 'abortable-start',
  wire: '*.schema',
  parts: 'providers',
  injection: 'providers',
  moves: 'state-machine',
  bearer: 'recovery-token, link-token, match-number',
  'go-on': 'next-page',
  'hand-back': 'return-to-app',
  'twilio-double': 'fake-twilio',
  standing: 'assurance',
};

/** History says what things were called then: migrations, rows of earlier versions, the changelog, this list, and the settings that stop a start. */
const isHistory = ({ path }: Source): boolean =>
  /^docker\/compose\.yaml$|^CHANGELOG\.md$|\/migrations\/|^test\/upgrade\/\d|^test\/house\/retired-words|standard-words\.spec|\/renamed-|deployed\/start-and-end\.spec|test\/security\/(same-answer|hygiene|every-route)|package-lock\.json$/.test(
    path,
  );

/** One language: a word that was replaced does not come back, not even in a comment. */
export const noRetiredWords: Rule = (sources) =>
  sources
    .filter((source) => !isHistory(source) && !isGenerated(source))
    .flatMap((source) => [...retiredName(source), ...retiredLines(source)]);

function retiredName({ path }: Source): string[] {
  if (!/^(apps|libs|test)\//.test(path)) return [];
  return path
    .split('/')
    .map((part) => part.replace(/\..*$/, ''))
    .filter((stem) => Object.hasOwn(names, stem))
    .map((stem) => `${path}: "${stem}" is called ${names[stem]}`);
}

function retiredLines(source: Source): string[] {
  const mine = list.filter(({ where }) => where(source));
  return source.text.split('\n').flatMap((line, at) =>
    mine.flatMap(({ word, instead }) => {
      const [found] = word.exec(line) ?? [];
      return found === undefined ? [] : [`${source.path}:${at + 1} says "${found}": ${instead}`];
    }),
  );
}
