import { type FormEvent, useEffect, useId, useRef, useState } from 'react';
import { invite } from '../api/acts.js';
import { type Role, roles } from '../api/views.js';
import type { InvitedView } from '../api/work-views.js';
import { Action } from '../components/action.js';
import { CopyableId } from '../components/copyable-id.js';
import { FaultNote } from '../components/fault.js';
import { Time } from '../components/time.js';
import { useLanguage, useText } from '../language/language-context.js';
import { useAct } from '../session/use-act.js';
import { inOneLine } from '../typed.js';

/** Invites a person; the link is given to the page that shows it. */
export function InviteForm({ onInvited }: { onInvited(invited: InvitedView & { name: string }): void }) {
  const { text, named } = useLanguage();
  const act = useAct();
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('support');
  const [fault, setFault] = useState<unknown>();
  const prefix = useId();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const wanted = inOneLine(name);
    if (wanted === '') return;
    setFault(undefined);
    const words = {
      title: text('do.invite.title', { name: wanted, role: named('role', role) }),
      explain: text('do.invite.explain'),
      act: text('do.invite'),
      done: text('do.invite.done'),
    };
    const send = async (reason: string) =>
      onInvited({ ...(await invite(wanted, role, reason)), name: wanted });
    await act(words, send).then((isDone) => isDone && setName(''), setFault);
  };
  return (
    <form className="invite" onSubmit={(event) => void submit(event)}>
      <div className="field">
        <label htmlFor={`${prefix}name`}>{text('invitation.name')}</label>
        <input
          id={`${prefix}name`}
          required
          maxLength={100}
          autoComplete="off"
          value={name}
          onChange={({ target }) => setName(target.value)}
        />
      </div>
      <div className="field">
        <label htmlFor={`${prefix}role`}>{text('invitation.role')}</label>
        <select
          id={`${prefix}role`}
          value={role}
          aria-describedby={`${prefix}may`}
          onChange={({ target }) => setRole(target.value as Role)}
        >
          {roles.map((each) => (
            <option key={each} value={each}>
              {named('role', each)}
            </option>
          ))}
        </select>
      </div>
      <Action kind="main" type="submit">
        {text('do.invite')}
      </Action>
      <p className="soft" id={`${prefix}may`}>
        {named('role-may', role)}
      </p>
      {fault !== undefined && <FaultNote fault={fault} />}
    </form>
  );
}

/** The link of an invitation, which nobody can show a second time. */
export function InvitationLink({
  of: { name, url, expires_at },
  onHide,
}: {
  of: InvitedView & { name: string };
  onHide(): void;
}) {
  const text = useText();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <section className="note" aria-labelledby="invited">
      <h2 id="invited" ref={heading} tabIndex={-1}>
        {text('invite.link', { name })}
      </h2>
      <p>{text('invite.link-explain')}</p>
      <p>
        <CopyableId id={url} />
      </p>
      <p className="soft">
        {text('invite.until')} <Time at={expires_at} />
      </p>
      <Action onAct={onHide}>{text('invite.hide')}</Action>
    </section>
  );
}
