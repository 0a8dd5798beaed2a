import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { changeMember, inviteAgain } from '../api/acts.js';
import { members } from '../api/queries.js';
import { type Role, roles } from '../api/views.js';
import type { InvitedView, MemberView } from '../api/work-views.js';
import { Acts } from '../components/acts.js';
import { Badge } from '../components/facts.js';
import { Needs } from '../components/fault.js';
import { Empty, Loaded } from '../components/loaded.js';
import { PageTitle } from '../components/page-title.js';
import { Table } from '../components/table.js';
import { Time } from '../components/time.js';
import { useLanguage, useText } from '../language/language-context.js';
import { useSession } from '../session/session-context.js';
import { InvitationLink, InviteForm } from './invite.js';

/** Who may sign in to the console, and as what. */
export function Screen() {
  return (
    <Needs right="staff">
      <Members />
    </Needs>
  );
}

function Members() {
  const text = useText();
  const found = useQuery(members());
  const [invited, setInvited] = useState<InvitedView & { name: string }>();
  return (
    <>
      <PageTitle title={text('nav.members')} />
      <p>{text('members.explain')}</p>
      {invited && <InvitationLink key={invited.url} of={invited} onHide={() => setInvited(undefined)} />}
      <section>
        <h2>{text('invite.title')}</h2>
        <InviteForm onInvited={setInvited} />
      </section>
      <section>
        <h2>{text('members.title')}</h2>
        <Loaded of={found} isPart>
          {(view) => <Rows rows={view.members} onInvited={(again, name) => setInvited({ ...again, name })} />}
        </Loaded>
      </section>
    </>
  );
}

const tones = { active: 'good', invited: 'wait', disabled: 'plain' } as const;

function Rows({
  rows,
  onInvited,
}: {
  rows: MemberView[];
  onInvited(invited: InvitedView, name: string): void;
}) {
  const { text, named } = useLanguage();
  if (rows.length === 0) return <Empty>{text('members.empty')}</Empty>;
  return (
    <Table
      caption={text('members.title')}
      rows={rows}
      keyOf={({ id }) => id}
      columns={[
        { title: text('invitation.name'), cell: ({ name }) => <strong>{name}</strong> },
        {
          title: text('invitation.role'),
          cell: ({ role }) => <span className="whole">{named('role', role)}</span>,
        },
        {
          title: text('recovery.state'),
          cell: ({ state, demo }) => (
            <span className="badges">
              <Badge tone={tones[state]}>{named('member', state)}</Badge>
              {demo && <Badge>{text('demo.title')}</Badge>}
            </span>
          ),
        },
        {
          title: text('members.seen'),
          cell: ({ last_seen_at, invitation_expires_at }) =>
            invitation_expires_at ? (
              <span className="stack">
                {text('members.invited-until')} <Time at={invitation_expires_at} />
              </span>
            ) : last_seen_at ? (
              <Time at={last_seen_at} />
            ) : (
              text('authenticator.never')
            ),
        },
        { title: text('do'), cell: (row) => <MemberActs row={row} onInvited={onInvited} /> },
      ]}
    />
  );
}

function MemberActs({
  row,
  onInvited,
}: {
  row: MemberView;
  onInvited(invited: InvitedView, name: string): void;
}) {
  const { text, named } = useLanguage();
  const { session } = useSession();
  const { id, name, role, state } = row;
  if (id === session.id) return <span className="soft">{text('members.you')}</span>;
  if (row.demo) return <span className="soft">{text('members.demo')}</span>;
  const others = roles.filter((each) => each !== role);
  const right = 'staff';
  const kind = 'plain';
  const shared = { right, kind, subject: name } as const;
  const again = async (reason: string) => onInvited(await inviteAgain(id, reason), name);
  return (
    <Acts
      of={[
        {
          ...shared,
          name: 'change-role',
          choose: async () => ({
            label: text('invitation.role'),
            options: others.map((value) => ({ value, words: named('role', value) })),
          }),
          send: (reason, chosen) => changeMember(id, { role: chosen as Role }, reason),
        },
        state === 'disabled'
          ? {
              ...shared,
              name: 'enable-member',
              send: (reason) => changeMember(id, { disabled: false }, reason),
            }
          : {
              ...shared,
              name: 'disable-member',
              send: (reason) => changeMember(id, { disabled: true }, reason),
            },
        ...(state === 'disabled' ? [] : [{ ...shared, name: 'invite-again' as const, send: again }]),
      ]}
    />
  );
}
