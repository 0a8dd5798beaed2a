import { useState } from 'react';
import { useText } from '../language/language-context.js';
import type { TextKey } from '../language/texts.js';
import { useAnyRight, useRight } from '../session/session-context.js';
import { useAct } from '../session/use-act.js';
import { Action } from './action.js';
import { FaultNote } from './fault.js';

/** Acts that have texts of their own: `do.NAME`, and with it `.title`, `.explain` and `.done`. */
export type ActName = TextKey extends infer Key
  ? Key extends `do.${infer Name}.done`
    ? Name
    : never
  : never;

export interface Act {
  name: ActName;
  right: string;
  kind?: 'main' | 'quiet' | 'alarm' | 'plain';
  /** What it is done to, where a screen has several of it. */
  subject?: string;
  /** What has to be chosen with the reason; it may have to be asked for first. */
  choose?: () => Promise<{ label: string; options: { value: string; words: string }[] } | undefined>;
  send(reason: string, choice: string): Promise<unknown>;
}

/** Buttons for what the role may do here; each asks for a reason, and says what came of it. Without a right there is no button. */
export function Acts({ of }: { of: Act[] }) {
  const [fault, setFault] = useState<unknown>();
  return (
    <div className="acts">
      {fault !== undefined && <FaultNote fault={fault} />}
      <div className="actions">
        {of.map((act) => (
          <ActButton key={act.name} act={act} onFault={setFault} />
        ))}
      </div>
    </div>
  );
}

function ActButton({ act, onFault }: { act: Act; onFault(fault: unknown): void }) {
  const text = useText();
  const isAllowed = useRight(act.right);
  const perform = useAct();
  if (!isAllowed) return null;
  const { name, kind = 'quiet', subject, choose, send } = act;
  const press = async () => {
    onFault(undefined);
    try {
      const choice = await choose?.();
      await perform(
        {
          title: text(`do.${name}.title`),
          explain: text(`do.${name}.explain`),
          act: text(`do.${name}`),
          done: text(`do.${name}.done`),
          isGrave: kind === 'alarm',
          choice,
        },
        send,
      );
    } catch (error) {
      onFault(error);
    }
  };
  const words = text(`do.${name}`);
  return (
    <Action kind={kind} onAct={press} label={subject === undefined ? undefined : `${words}: ${subject}`}>
      {words}
    </Action>
  );
}

/** In place of the acts of a role that has none of these rights. */
export function NoActs({ rights }: { rights: string[] }) {
  const text = useText();
  return useAnyRight(rights) ? null : <p className="soft">{text('do.none')}</p>;
}
