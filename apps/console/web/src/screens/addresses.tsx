import { markAddress, revealAddress } from '../api/acts.js';
import type { AddressView } from '../api/views.js';
import { type Act, Acts } from '../components/acts.js';
import { Badge } from '../components/facts.js';
import { Empty } from '../components/loaded.js';
import { Masked } from '../components/masked.js';
import { Table } from '../components/table.js';
import { Time } from '../components/time.js';
import { useLanguage } from '../language/language-context.js';
import { useRight } from '../session/session-context.js';

/** Addresses of an account, masked; each can be shown with a reason, and set aside when a stranger reads it. */
export function Addresses({ accountId, rows }: { accountId: string; rows: AddressView[] }) {
  const { text, named } = useLanguage();
  const mayReveal = useRight('assist');
  const mayMark = useRight('revoke');
  if (rows.length === 0) return <Empty>{text('account.no-addresses')}</Empty>;
  const marking = {
    title: text('do'),
    cell: ({ id, masked, compromised_at, disabled }: AddressView) => {
      const shared = { right: 'revoke', kind: 'plain', subject: masked } as const;
      const mark: Act = {
        ...shared,
        name: 'compromise-address',
        send: (reason) => markAddress(accountId, id, 'compromised', reason),
      };
      const restore: Act = {
        ...shared,
        name: 'restore-address',
        send: (reason) => markAddress(accountId, id, 'restore', reason),
      };
      return (
        <Acts of={[...(compromised_at ? [] : [mark]), ...(compromised_at || disabled ? [restore] : [])]} />
      );
    },
  };
  return (
    <Table
      caption={text('account.addresses')}
      rows={rows}
      keyOf={({ id }) => id}
      columns={[
        { title: text('address.kind'), cell: ({ kind }) => named('kind', kind) },
        {
          title: text('address'),
          cell: ({ id, kind, masked }) => (
            <Masked
              masked={masked}
              what={named('kind', kind)}
              reveal={mayReveal ? (reason) => revealAddress(accountId, id, reason) : undefined}
            />
          ),
        },
        {
          title: text('address.state'),
          cell: ({ verified, primary, compromised_at, disabled }) => (
            <span className="badges">
              {compromised_at ? (
                <>
                  <Badge tone="alarm">{text('address.compromised')}</Badge>
                  <Time at={compromised_at} dateOnly />
                </>
              ) : (
                <Badge tone={verified ? 'good' : 'wait'}>
                  {text(verified ? 'address.verified' : 'address.unverified')}
                </Badge>
              )}
              {disabled && <Badge tone="alarm">{text('address.disabled')}</Badge>}
              {primary && <Badge>{text('address.primary')}</Badge>}
            </span>
          ),
        },
        ...(mayMark ? [marking] : []),
      ]}
    />
  );
}
