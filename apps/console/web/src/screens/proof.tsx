import { useState } from 'react';
import { readProof } from '../api/acts.js';
import { saveJson } from '../api/download.js';
import { ProblemError } from '../api/problem.js';
import type { ProofView } from '../api/work-views.js';
import { Action } from '../components/action.js';
import { Facts } from '../components/facts.js';
import { FaultNote } from '../components/fault.js';
import { useLanguage } from '../language/language-context.js';

/** That a row is in the log, and was not altered since: shown in words, and saved for who checks it without Rekey. */
export function Proof({ id }: { id: string }) {
  const { text, language } = useLanguage();
  const [proof, setProof] = useState<ProofView>();
  const [fault, setFault] = useState<unknown>();
  const read = async () => {
    setFault(undefined);
    await readProof(id).then(setProof, setFault);
  };
  // A row is sealed within seconds; it is read on this screen, so it is there.
  const isUnsealed = fault instanceof ProblemError && fault.problem.status === 404;
  const [event] = proof?.events ?? [];
  const number = new Intl.NumberFormat(language);
  return (
    <section aria-labelledby="proof">
      <h2 id="proof">{text('proof.title')}</h2>
      <p>{text('proof.explain')}</p>
      {isUnsealed && (
        <p className="note" role="alert">
          {text('proof.unsealed')}
        </p>
      )}
      {fault !== undefined && !isUnsealed && <FaultNote fault={fault} />}
      <div role="status">
        {proof && event && (
          <>
            <Facts
              of={factsOf(
                proof,
                event,
                (name) => text(name),
                (value) => number.format(value),
              )}
            />
            <p>{text('proof.steps', { count: event.path.length })}</p>
            <p>
              {text('proof.check')} <code>npm run audit -- verify audit-{id}.json --keys KEYS</code>
            </p>
          </>
        )}
      </div>
      <div className="actions">
        {proof ? (
          <Action kind="main" onAct={() => saveJson(proof, `audit-${id}.json`)}>
            {text('proof.save')}
          </Action>
        ) : (
          <Action onAct={read}>{text('proof.read')}</Action>
        )}
      </div>
    </section>
  );
}

type Fact = 'proof.log' | 'proof.size' | 'proof.root' | 'proof.position' | 'proof.signers';

/** A checkpoint is a signed note (C2SP): the log, the number of its rows, the root of its tree, an empty line, signatures. */
function factsOf(
  { checkpoint }: ProofView,
  { position }: { position: number },
  words: (name: Fact) => string,
  format: (value: number) => string,
): [React.ReactNode, React.ReactNode][] {
  const [log = '', size = '', root = ''] = checkpoint.split('\n');
  const signers = [...checkpoint.matchAll(/^— (\S+)/gm)].map(([, name]) => name);
  return [
    [words('proof.position'), format(position + 1)],
    [words('proof.size'), format(Number(size))],
    [words('proof.root'), <code key="root">{root}</code>],
    [words('proof.log'), <code key="log">{log}</code>],
    [words('proof.signers'), <code key="signers">{[...new Set(signers)].join(', ')}</code>],
  ];
}
