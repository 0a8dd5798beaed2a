import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { FieldError, Form, Input, Label, Text, TextField } from 'react-aria-components';
import { ProblemError } from '../api/problem.js';
import { account, findAccount, recovery, requestEvents } from '../api/queries.js';
import { Action } from '../components/action.js';
import { FaultNote } from '../components/fault.js';
import { useText } from '../language/language-context.js';
import { type Place, placesFor } from '../sought.js';

/** Goes to what was looked for. What was typed is in no address of a page, for it may be an address of a person. */
export function FindForm({ autoFocus = false }: { autoFocus?: boolean }) {
  const text = useText();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [typed, setTyped] = useState('');
  const [fault, setFault] = useState<unknown>();
  const [isUnknown, setUnknown] = useState(false);
  const [isPending, setPending] = useState(false);
  const find = async () => {
    for (const place of placesFor(typed)) {
      const found = await lookAt(queries, place);
      if (!found) continue;
      const { to, id } = found;
      await navigate({ to, params: { id } });
      return;
    }
    setUnknown(true);
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (isPending || typed.trim() === '') return;
    setFault(undefined);
    setUnknown(false);
    setPending(true);
    await find().catch(setFault);
    setPending(false);
  };
  return (
    <Form className="find" onSubmit={(event) => void submit(event)}>
      <TextField value={typed} onChange={setTyped} isRequired autoComplete="off" autoFocus={autoFocus}>
        <Label>{text('find.label')}</Label>
        <Input spellCheck="false" />
        <Text slot="description">{text('find.hint')}</Text>
        <FieldError>{text('find.missing')}</FieldError>
      </TextField>
      <Action kind="main" type="submit">
        {text('find.act')}
      </Action>
      <div role="status">{isUnknown && <p className="note">{text('find.unknown')}</p>}</div>
      {fault !== undefined && <FaultNote fault={fault} />}
    </Form>
  );
}

type Found = { to: '/recoveries/$id' | '/accounts/$id' | '/requests/$id'; id: string };

/** @returns undefined when there is nothing in that place */
async function lookAt(queries: QueryClient, { as, value }: Place): Promise<Found | undefined> {
  try {
    if (as === 'recovery') {
      await queries.fetchQuery(recovery(value));
      return { to: '/recoveries/$id', id: value };
    }
    if (as === 'account') {
      await queries.fetchQuery(account(value));
      return { to: '/accounts/$id', id: value };
    }
    if (as === 'request') {
      const { events } = await queries.fetchQuery(requestEvents(value));
      return events.length === 0 ? undefined : { to: '/requests/$id', id: value };
    }
    const found = await findAccount(value);
    return found && { to: '/accounts/$id', id: found.id };
  } catch (error) {
    if (error instanceof ProblemError && [400, 404].includes(error.problem.status)) return undefined;
    throw error;
  }
}
