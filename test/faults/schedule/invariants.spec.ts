import type { Client } from './client.js';
import { type AtRest, brokenInvariants } from './invariants.js';
import type { MessageFacts, RecoveryFacts, SessionFacts } from './rows.js';
import type { Received } from './senders.js';
import { Timeline } from './timeline.js';

/** One completed recovery by mail, in which everything holds. */
function good() {
  const client = {
    id: 'r',
    plan: { name: '1.1', isStrong: false, hasKeys: true },
    person: { id: 'p' },
    story: ['1 ms: start (own): 202', '2 ms: credentials (own): 201'],
    seen: [
      { act: 'start', status: 202, code: undefined, at: 1 },
      { act: 'credentials', status: 201, code: undefined, at: 2 },
    ],
    wrong: [] as string[],
    shown: new Set(['code']),
    wrongSeen: 0,
    why: 'has credentials',
  };
  const recovery: RecoveryFacts = {
    id: 'r',
    state: 'completed',
    account: 'p',
    proofs: ['code'],
    acr: 'urn:rekey:recovery:aal1',
    tries: 1,
    sends: 1,
    completedAt: new Date(2),
    issued: 1,
    alive: 1,
    events: { recovery_started: 1, recovery_proven: 1, recovery_completed: 1, recovery_message_sent: 3 },
  };
  const ids: [string, string][] = [
    ['m', 'recovery_code'],
    ['n', 'recovery_completed'],
    ['o', 'recovery_completed'],
  ];
  const messages = ids.map(
    ([id, kind]): MessageFacts => ({
      id,
      recovery: 'r',
      kind,
      state: 'sent',
      channel: 'email',
      reason: null,
      provider: null,
    }),
  );
  const inbox = messages.map(
    ({ id }): Received => ({
      channel: 'email',
      from: 'mail',
      to: 'p@example.com',
      text: '',
      id,
      sameAs: id,
      at: 10_000,
      acknowledged: true,
    }),
  );
  const older: SessionFacts = { id: 's', account: 'p', recovery: null, alive: true };
  return {
    client,
    recovery,
    messages: messages as [MessageFacts, MessageFacts, MessageFacts],
    inbox: inbox as [Received, Received, Received],
    before: older,
    now: { ...older, alive: false },
    timeline: new Timeline(),
    refreshed: 200,
  };
}
type Good = ReturnType<typeof good>;

const check = ({ client: given, recovery, messages, inbox, before, now, timeline, refreshed }: Good) => {
  const client = given as unknown as Client;
  const at: AtRest = {
    clients: [client],
    recoveries: recovery.id === 'gone' ? [] : [recovery],
    messages,
    inbox,
    before: [before],
    now: [now],
    timeline,
    refreshed: new Map([[client, refreshed]]),
  };
  return brokenInvariants(at).map(({ what }) => what);
};
const again = ({ inbox }: Good, at: number) => inbox.push({ ...inbox[1], at });

test('the invariants of a schedule hold where nothing is wrong', () => {
  expect(check(good())).toEqual([]);
});

test.each<[string, RegExp, (of: Good) => void]>([
  ['an answer of 500', /^an answer: POST …: 500/, ({ client }) => client.wrong.push('POST …: 500')],
  ['an accepted recovery that is gone', /^lost: /, ({ recovery }) => (recovery.id = 'gone')],
  [
    'an end that no act explains',
    /^end: cancelled, which nothing explains/,
    ({ recovery }) => (recovery.state = 'cancelled'),
  ],
  [
    'credentials of an open recovery',
    /^end: credentials were given/,
    ({ recovery }) => (recovery.completedAt = null),
  ],
  [
    'a client that could not go on without a reason',
    /^end: the client gave up without a reason/,
    ({ client }) => (client.why = 'credentials: 409 invalid_state'),
  ],
  [
    'an account of another person',
    /^end: it belongs to somebody else/,
    ({ recovery }) => (recovery.account = 'q'),
  ],
  ['too many tries', /^proofs: 6 tries/, ({ recovery }) => (recovery.tries = 6)],
  ['a try that was not counted', /^proofs: 2 wrong ones and 1 tries/, ({ client }) => (client.wrongSeen = 2)],
  [
    'a proof that nobody showed',
    /^proofs: code is recorded and was not shown/,
    ({ client }) => client.shown.clear(),
  ],
  ['too few proofs', /^proofs: completed with \[code\]/, ({ client }) => (client.plan.isStrong = true)],
  ['live tokens that are refused', /^tokens: the last ones/, (of) => (of.refreshed = 400)],
  ['tokens of an ended session', /^tokens: those of an ended/, ({ recovery }) => (recovery.alive = 0)],
  [
    'an end without its event',
    /^audit: recovery_completed 0 times, not 1/,
    ({ recovery }) => delete recovery.events.recovery_completed,
  ],
  [
    'an event twice',
    /^audit: recovery_started 2 times/,
    ({ recovery }) => (recovery.events.recovery_started = 2),
  ],
  [
    'a message that waits',
    /^messages: a recovery_code waits for ever/,
    (of) => (of.messages[0].state = 'queued'),
  ],
  [
    'a sent message that is nowhere',
    /^messages: a recovery_completed by email is called sent/,
    (of) => of.inbox.pop(),
  ],
  ['a code without a message', /^messages: 1 codes for 2 requests/, ({ recovery }) => (recovery.sends = 2)],
  ['a failure without a reason', /is failed without a reason/, (of) => (of.messages[0].state = 'failed')],
  [
    'a notice that comes again',
    /^messages: a recovery_completed by email came again/,
    (of) => again(of, 11_000),
  ],
  ['two live sessions', /^sessions: 2 alive/, ({ recovery }) => (recovery.alive = 2)],
  [
    'a live session of a recovery that has expired',
    /^sessions: 1 alive of a recovery that is expired/,
    ({ recovery }) => (recovery.state = 'expired'),
  ],
  [
    'no session of a completed one',
    /^sessions: the completed recovery has none/,
    ({ recovery }) => (recovery.alive = 0),
  ],
  [
    'an older session that is alive',
    /^sessions: 1 older ones of p are alive/,
    ({ now }) => (now.alive = true),
  ],
  [
    'an older session that has ended for nothing',
    /^sessions: older ones of p have ended/,
    ({ recovery }) => (recovery.issued = 0),
  ],
])('the invariants of a schedule find %s', (_what, told, breaks) => {
  const of = good();
  breaks(of);
  expect(check(of)).toContainEqual(expect.stringMatching(told));
});

test('a message may come again where nobody could know of the first, and nowhere else', () => {
  const cut = good();
  cut.inbox[1].acknowledged = false;
  again(cut, 11_000);
  expect(check(cut)).toEqual([]);
  const before = Date.now();
  const ended = good();
  ended.timeline.happened('postgres: connections ended');
  ended.inbox[1].at = before;
  again(ended, Date.now() + 1_000);
  expect(check(ended)).toEqual([]);
});
