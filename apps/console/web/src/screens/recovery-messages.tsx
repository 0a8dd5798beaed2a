import type { RecoveryView } from '../api/views.js';
import { Badge } from '../components/facts.js';
import { Empty } from '../components/loaded.js';
import { Table } from '../components/table.js';
import { Time } from '../components/time.js';
import { useLanguage } from '../language/language-context.js';

/** What was sent for a recovery, and whether it arrived as far as the providers say. */
export function RecoveryMessages({ rows }: { rows: RecoveryView['messages'] }) {
  const { text, named } = useLanguage();
  if (rows.length === 0) return <Empty>{text('messages.empty')}</Empty>;
  /** Ours in words; else it is what the provider calls it. */
  const why = (reason: string): string => {
    const words = named('reason', reason);
    return words === reason ? text('reason.code', { code: reason }) : words;
  };
  return (
    <Table
      caption={text('recovery.messages')}
      rows={rows}
      keyOf={({ id }) => id}
      columns={[
        { title: text('message.kind'), cell: ({ kind }) => named('message', kind) },
        {
          title: text('message.to'),
          cell: ({ channel, address }) =>
            channel ? `${named('kind', channel)} ${address ?? ''}` : text('none'),
        },
        {
          title: text('message.state'),
          cell: ({ state, reason }) => (
            <>
              <Badge tone={state === 'sent' ? 'good' : state === 'failed' ? 'alarm' : 'wait'}>
                {named('delivery', state)}
              </Badge>
              {reason ? <span className="soft"> {why(reason)}</span> : null}
            </>
          ),
        },
        { title: text('message.at'), cell: ({ created_at, sent_at }) => <Time at={sent_at ?? created_at} /> },
      ]}
    />
  );
}
