import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { ProblemError } from '../api/problem.js';
import { Action } from '../components/action.js';
import { Facts } from '../components/facts.js';
import { FaultNote, StateScreen } from '../components/fault.js';
import { Loaded } from '../components/loaded.js';
import { PageTitle } from '../components/page-title.js';
import { useLanguage } from '../language/language-context.js';
import { acceptInvitation, readInvitation } from '../session/passkey.js';
import { sessionKey } from '../session/session-context.js';
import { Alone } from './alone.js';

/** The token is behind the `#`, which no browser sends: it is in no log. */
const tokenInAddress = (): string => location.hash.slice(1);

/** A new member of staff, or one who has lost a passkey, creates one. */
export function Screen() {
  const [token, setToken] = useState(tokenInAddress);
  useEffect(() => {
    // A second invitation may be pasted into the same tab.
    const read = () => setToken(tokenInAddress());
    addEventListener('hashchange', read);
    return () => removeEventListener('hashchange', read);
  }, []);
  return (
    <Alone>
      <Invitation key={token} token={token} />
    </Alone>
  );
}

function Invitation({ token }: { token: string }) {
  const { text, named } = useLanguage();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [fault, setFault] = useState<unknown>();
  const invited = useQuery({
    queryKey: ['invitation', token],
    queryFn: () => readInvitation(token),
    enabled: token !== '',
    retry: false,
    gcTime: 0,
  });
  const status = invited.error instanceof ProblemError ? invited.error.problem.status : undefined;
  if (token === '' || (status !== undefined && status < 429))
    return (
      <StateScreen
        title={text('invitation.over')}
        action={<Link to="/sign-in">{text('sign-in.title')}</Link>}
      >
        <p>{text('invitation.over-explain')}</p>
      </StateScreen>
    );
  return (
    <Loaded of={invited}>
      {({ name, role, options }) => {
        const accept = async () => {
          setFault(undefined);
          try {
            queries.setQueryData(sessionKey, await acceptInvitation(token, options));
            await navigate({ to: '/', replace: true });
          } catch (error) {
            setFault(error);
            // A challenge is for one use.
            await invited.refetch();
          }
        };
        return (
          <>
            <PageTitle title={text('invitation.title')} />
            <p>{text('invitation.explain')}</p>
            <Facts
              of={[
                [text('invitation.name'), name],
                [text('invitation.role'), named('role', role)],
                [text('invitation.may'), named('role-may', role)],
              ]}
            />
            {fault !== undefined && <FaultNote fault={fault} />}
            <div className="actions">
              <Action kind="main" onAct={accept}>
                {text('invitation.act')}
              </Action>
            </div>
            <p className="soft">{text('invitation.passkey')}</p>
          </>
        );
      }}
    </Loaded>
  );
}
