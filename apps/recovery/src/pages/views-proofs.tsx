import { longestTyped } from '@rekey/kernel';
import { type BoundKind, boundProofOf, kindWordings } from '@rekey/proofs';
import type { OfferedAddress } from '@rekey/recovery';
import { Field, type PageContext, PostForm, Shell } from './shell.js';
import { CancelForm } from './views-cancel.js';
import { wordingOf } from './wording/index.js';

const words = (context: PageContext) => wordingOf(context).proofs;

/** Proofs beside a code: a backup code at the beginning, whatever the account has after a first proof. */
export function OtherProofPage(props: {
  context: PageContext;
  kinds: BoundKind[];
  asksForCode: boolean;
  hasProved: boolean;
  app?: string | undefined;
  problem?: { kind: BoundKind; text: string } | undefined;
}) {
  const { context, kinds, asksForCode, hasProved, app, problem } = props;
  const { other } = words(context);
  return (
    <Shell
      context={context}
      title={hasProved ? other.moreTitle : other.title}
      step={2}
      problem={problem && { field: problem.kind, text: problem.text }}
    >
      <p class="lead">{hasProved ? other.moreLead : other.lead}</p>
      {kinds.map((kind) => (
        <ProofForm
          key={kind}
          context={context}
          kind={kind}
          problem={problem?.kind === kind ? problem.text : undefined}
        />
      ))}
      {asksForCode && (
        <a href={context.pageOf('/recover/code')}>{hasProved ? other.byCode : other.backToCode}</a>
      )}
      <CancelForm context={context} app={app} />
    </Shell>
  );
}

function ProofForm({
  context,
  kind,
  problem,
}: {
  context: PageContext;
  kind: BoundKind;
  problem?: string | undefined;
}) {
  const { other } = words(context);
  const { label, hint } = kindWordings[context.locale].bound[kind].ask;
  const isNumber = boundProofOf[kind].typed === 'digits';
  return (
    <PostForm context={context} class="proof" action="/recover/other" novalidate>
      <input type="hidden" name="kind" value={kind} />
      <Field id={kind} label={label} hint={hint} problem={problem}>
        {(describedBy) => (
          <input
            id={kind}
            name="value"
            class={isNumber ? 'code-field' : undefined}
            type="text"
            inputMode={isNumber ? 'numeric' : undefined}
            autocomplete={isNumber ? 'one-time-code' : 'off'}
            autocapitalize={isNumber ? undefined : 'characters'}
            spellcheck={false}
            maxLength={longestTyped}
            required
            aria-describedby={describedBy}
            aria-invalid={problem ? 'true' : undefined}
          />
        )}
      </Field>
      <button class="wide" type="submit">
        {other.submit}
      </button>
    </PostForm>
  );
}

/** Beside the field for a code: another way, the number for the mail's link, and where a code can go. */
export function BesideCode(props: {
  context: PageContext;
  linkNumber?: string | undefined;
  addresses?: OfferedAddress[] | undefined;
  hasOther: boolean;
}) {
  const { context, linkNumber, addresses = [], hasOther } = props;
  const { linkNumber: numberText, linkDone, otherWay, sendTo } = words(context);
  return (
    <>
      {addresses.length > 0 && (
        <PostForm context={context} class="aside" action="/recover/resend">
          <div class="buttons">
            {addresses.map(({ id, address }) => (
              <button key={id} class="quiet" type="submit" name="address_id" value={id} data-resend>
                {sendTo(address)}
              </button>
            ))}
          </div>
        </PostForm>
      )}
      {linkNumber && (
        <div class="aside" data-progress>
          <p>
            {numberText}
            <strong class="number">{linkNumber}</strong>
          </p>
          <p>
            <a href={context.pageOf('/recover/code')}>{linkDone}</a>
          </p>
        </div>
      )}
      {hasOther && (
        <p class="aside">
          <a href={context.pageOf('/recover/other')}>{otherWay}</a>
        </p>
      )}
    </>
  );
}

/** Behind a mail's link. Opening it proves nothing: mail scanners open links too, and some run scripts. */
export function LinkPage(props: { context: PageContext; asksForNumber?: boolean; problem?: string }) {
  const { context, asksForNumber, problem: text } = props;
  const { link } = words(context);
  const problem = text ? { field: 'number', text } : undefined;
  return (
    <Shell context={context} title={asksForNumber ? link.numberTitle : link.title} problem={problem}>
      <p class="lead">{asksForNumber ? link.numberLead : link.lead(context.service)}</p>
      <PostForm context={context} action="/recover/link" novalidate>
        {asksForNumber && (
          <Field id="number" label={link.number} hint={link.numberHint} problem={text}>
            {(describedBy) => (
              <input
                id="number"
                name="number"
                class="code-field"
                type="text"
                inputMode="numeric"
                autocomplete="off"
                maxLength={longestTyped}
                required
                aria-describedby={describedBy}
                aria-invalid={text ? 'true' : undefined}
              />
            )}
          </Field>
        )}
        <button class="wide" type="submit">
          {link.submit}
        </button>
      </PostForm>
      {!asksForNumber && <p class="aside">{link.warning}</p>}
    </Shell>
  );
}

/** Where a link ended that was opened elsewhere, or that is no more. */
export function LinkEndPage({ context, kind }: { context: PageContext; kind: 'done' | 'gone' }) {
  const { link } = words(context);
  const isDone = kind === 'done';
  return (
    <Shell context={context} title={isDone ? link.doneTitle : link.goneTitle}>
      <p class={isDone ? 'note' : 'lead'}>{isDone ? link.done : link.gone}</p>
      {!isDone && (
        <a class="button wide" href="/recover">
          {link.restart}
        </a>
      )}
    </Shell>
  );
}

/** Something was proved, and there is nothing left that would be enough. */
export function StuckPage({ context }: { context: PageContext }) {
  const { stuck } = words(context);
  return (
    <Shell context={context} title={stuck.title} step={2}>
      <p class="lead">{stuck.text}</p>
    </Shell>
  );
}
