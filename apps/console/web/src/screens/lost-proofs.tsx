import { useQuery } from '@tanstack/react-query';
import { account } from '../api/queries.js';
import { FaultNote } from '../components/fault.js';
import { useLanguage } from '../language/language-context.js';

/** What the person of an account has no more: each of its addresses and authenticators may be ticked. */
export function LostProofs({
  accountId,
  lost,
  onChange,
}: {
  accountId: string;
  lost: readonly string[];
  onChange(lost: string[]): void;
}) {
  const { text, named } = useLanguage();
  const found = useQuery(account(accountId));
  if (found.error) return <FaultNote fault={found.error} onRetry={found.refetch} />;
  if (!found.data) return null;
  const { addresses, authenticators } = found.data;
  const proofs = [
    ...addresses.map(({ id, kind, masked }) => ({ id, words: `${named('kind', kind)} ${masked}` })),
    ...authenticators.map(({ id, kind }) => ({ id, words: named('kind', kind) })),
  ];
  if (proofs.length === 0) return null;
  const tick = (id: string, isLost: boolean) =>
    onChange(isLost ? [...lost, id] : lost.filter((each) => each !== id));
  return (
    <fieldset className="ticks">
      <legend>{text('overrides.lost')}</legend>
      {proofs.map(({ id, words }) => (
        <label key={id}>
          <input
            type="checkbox"
            checked={lost.includes(id)}
            onChange={({ target }) => tick(id, target.checked)}
          />
          {words}
        </label>
      ))}
      <span slot="description">{text('overrides.lost-hint')}</span>
    </fieldset>
  );
}
