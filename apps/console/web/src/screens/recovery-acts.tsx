import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { changeRecovery, resendCode } from '../api/acts.js';
import { account } from '../api/queries.js';
import type { RecoveryView } from '../api/views.js';
import { type Act, Acts, NoActs } from '../components/acts.js';
import { useLanguage } from '../language/language-context.js';
import { useRight } from '../session/session-context.js';

/** What can be done with a recovery in its state. None of it proves anything in place of the person. */
export function RecoveryActs({ view: { id, state, account_id, missing } }: { view: RecoveryView }) {
  const { text, named } = useLanguage();
  const queries = useQueryClient();
  const mayAssist = useRight('assist');
  const addresses = async () => {
    if (!account_id) return undefined;
    const found = await queries.fetchQuery(account(account_id));
    const usable = found.addresses.filter(({ compromised_at }) => !compromised_at);
    const options = usable.map(({ id: value, kind, masked }) => ({
      value,
      words: `${named('kind', kind)} ${masked}`,
    }));
    const automatic = { value: '', words: text('resend.automatic') };
    return { label: text('resend.to'), options: [automatic, ...options] };
  };
  const actsIn: Partial<Record<string, Act[]>> = {
    proving: [
      {
        name: 'resend',
        right: 'assist',
        kind: 'main',
        choose: addresses,
        send: (reason, chosen) => resendCode(id, reason, chosen),
      },
    ],
    held: [
      {
        name: 'release',
        right: 'decide',
        kind: 'main',
        send: (reason) => changeRecovery(id, 'release', reason),
      },
      { name: 'deny', right: 'decide', kind: 'alarm', send: (reason) => changeRecovery(id, 'deny', reason) },
    ],
    completed: [
      {
        name: 'end-descendants',
        right: 'revoke',
        kind: 'alarm',
        send: (reason) => changeRecovery(id, 'end-sessions', reason),
      },
    ],
  };
  const acts = actsIn[state];
  if (!acts) return null;
  return (
    <section aria-labelledby="acts">
      <h2 id="acts">{text(state === 'held' ? 'decide.title' : 'do')}</h2>
      <NoActs rights={acts.map(({ right }) => right)} />
      <Acts of={acts} />
      {mayAssist && account_id && missing?.reason === 'no_other_proof' && (
        <p>
          <Link to="/overrides/new" search={{ account_id }} className="in-list">
            {text('overrides.ask')}
          </Link>
        </p>
      )}
    </section>
  );
}
