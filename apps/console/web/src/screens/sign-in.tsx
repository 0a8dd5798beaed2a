import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { request } from '../api/request.js';
import { type Role, roles, type SessionView } from '../api/views.js';
import { Action } from '../components/action.js';
import { FaultNote, FaultScreen } from '../components/fault.js';
import { GoTo } from '../components/go-to.js';
import { Skeleton } from '../components/loaded.js';
import { PageTitle } from '../components/page-title.js';
import { useLanguage } from '../language/language-context.js';
import { enterAsDemo, signIn } from '../session/passkey.js';
import { sessionKey, useSessionQuery } from '../session/session-context.js';
import { Alone } from './alone.js';

/** With a passkey, or in development as one of the demo roles. */
export function Screen() {
  const { to } = useSearch({ from: '/sign-in' });
  const session = useSessionQuery();
  if (session.data) return <GoTo href={to ?? '/'} />;
  if (session.data === undefined && session.error)
    return (
      <Alone>
        <FaultScreen fault={session.error} onRetry={session.refetch} />
      </Alone>
    );
  return <Alone>{session.data === undefined ? <Skeleton /> : <Form />}</Alone>;
}

function Form() {
  const { text } = useLanguage();
  const queries = useQueryClient();
  const [fault, setFault] = useState<unknown>();
  const { data: offered } = useQuery({
    queryKey: ['/staff/sign-in'],
    queryFn: () => request<{ demo: boolean }>('GET', '/staff/sign-in'),
  });
  const enter = async (begin: () => Promise<SessionView>) => {
    setFault(undefined);
    await begin().then((session) => queries.setQueryData(sessionKey, session), setFault);
  };
  return (
    <>
      <PageTitle title={text('sign-in.title')} />
      <p>{text('sign-in.explain')}</p>
      {fault !== undefined && <FaultNote fault={fault} />}
      <div className="actions">
        <Action kind="main" onAct={() => enter(signIn)}>
          {text('sign-in.act')}
        </Action>
      </div>
      <details>
        <summary>{text('sign-in.lost')}</summary>
        <p>{text('sign-in.lost-explain')}</p>
      </details>
      {offered?.demo && <Demo enter={(role) => enter(() => enterAsDemo(role))} />}
    </>
  );
}

function Demo({ enter }: { enter(role: Role): Promise<void> }) {
  const { text, named } = useLanguage();
  return (
    <section className="demo" aria-labelledby="demo">
      <h2 id="demo">{text('demo.title')}</h2>
      <p className="soft">{text('demo.explain')}</p>
      <div className="actions">
        {roles.map((role) => (
          <Action key={role} onAct={() => enter(role)}>
            {text('demo.enter', { role: named('role', role) })}
          </Action>
        ))}
      </div>
    </section>
  );
}
