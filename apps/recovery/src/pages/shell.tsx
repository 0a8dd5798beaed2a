import { type Locale, locales } from '@rekey/kernel';
import type { ComponentChildren } from 'preact';
import { assetUrls } from './assets.js';
import type { OtherRecovery } from './beside.js';
import type { FormPath } from './every-form.js';
import { wordingOf } from './wording/index.js';

/** What every page is made for. */
export interface PageContext {
  locale: Locale;
  service: string;
  /** No SMS are sent, and none are offered. */
  withoutSms: boolean;
  /** Path and query of this page without its language, for the switch. */
  here: string;
  /** The address of a page of the recovery that this page is about. */
  pageOf(path: '/recover/code' | '/recover/other'): string;
  /** Another recovery that goes on in this browser. */
  beside?: OtherRecovery | undefined;
  /** The hidden field of a form, which binds it to this browser and to what the form is about. */
  csrf(form: FormPath): string;
}

export interface ShellProps {
  context: PageContext;
  title: string;
  /** 1 to 3; none on pages beside the way. */
  step?: 1 | 2 | 3;
  /** What is wrong with what was entered, linked to the field. */
  problem?: { field: string; text: string } | undefined;
  children: ComponentChildren;
}

export function Shell({ context, title, step, problem, children }: ShellProps) {
  const words = wordingOf(context).page;
  return (
    <html lang={context.locale}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>{`${problem ? `${words.error}: ` : ''}${title} · ${context.service}`}</title>
        <link rel="icon" href={assetUrls.icon} type="image/svg+xml" />
        <link rel="apple-touch-icon" href="/apple-touch-icon.png" />
        <link rel="stylesheet" href={assetUrls.style} />
        <script src={assetUrls.script} defer />
      </head>
      <body
        data-here={
          context.here === '/recover' || context.here.startsWith('/recover?') ? undefined : context.here
        }
      >
        <a class="skip" href="#content">
          {words.skip}
        </a>
        <header>
          <Mark />
          <span class="service">{context.service}</span>
          <Languages context={context} />
        </header>
        <main id="content">
          {step && <Steps at={step} context={context} />}
          <div class="card">
            {problem && (
              <div class="summary" role="alert" tabIndex={-1} autofocus>
                <p class="summary-title">{words.thereIsAProblem}</p>
                <a href={`#${problem.field}`}>{problem.text}</a>
              </div>
            )}
            <h1>{title}</h1>
            {children}
            {context.beside && <OtherRecoveryNote context={context} other={context.beside} />}
          </div>
        </main>
      </body>
    </html>
  );
}

/** Two tabs may each have a recovery: says which of them this is, and leads to the other. */
function OtherRecoveryNote({ context, other }: { context: PageContext; other: OtherRecovery }) {
  const { beside } = wordingOf(context).elsewhere;
  return (
    <div class="aside">
      <p>{beside[other.started]}</p>
      <a href={other.url}>{beside.continue_}</a>
    </div>
  );
}

/** A link for each other language, in that language: its readers look for a word that they can read. */
function Languages({ context: { locale, here } }: { context: PageContext }) {
  return (
    <div class="languages">
      {locales
        .filter(({ tag }) => tag !== locale)
        .map(({ tag, name }) => (
          <a key={tag} class="language" href={languageUrl(here, tag)} lang={tag} hreflang={tag}>
            {name}
          </a>
        ))}
    </div>
  );
}

function languageUrl(here: string, to: Locale): string {
  return `${here}${here.includes('?') ? '&' : '?'}lang=${to}`;
}

function Steps({ at, context }: { at: number; context: PageContext }) {
  const { steps } = wordingOf(context).page;
  return (
    <ol class="steps" aria-label={steps.label}>
      {[steps.who, steps.code, steps.fresh].map((name, index) => (
        <li
          key={name}
          class={index + 1 < at ? 'past' : index + 1 === at ? 'now' : 'ahead'}
          aria-current={index + 1 === at ? 'step' : undefined}
        >
          {name}
        </li>
      ))}
    </ol>
  );
}

/** A key whose bow is a turning arrow: the way back in. */
const Mark = () => (
  <svg class="mark" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true" focusable="false">
    <rect width="32" height="32" rx="9" class="mark-ground" />
    <path
      d="M16.6 9.2a5.3 5.3 0 1 0 2.6 8.1l5.3 0v3.2M21.6 17.3v2.4M19.4 6.6l-.2 4.2-4-1"
      class="mark-line"
    />
  </svg>
);

/** The only way to make a form: none goes without the field that says whose it is and what it is about. */
export function PostForm(props: {
  context: PageContext;
  action: FormPath;
  class?: string;
  novalidate?: boolean;
  children: ComponentChildren;
}) {
  const { context, children, ...attributes } = props;
  return (
    <form method="post" {...attributes}>
      <input type="hidden" name="csrf" value={context.csrf(props.action)} />
      {children}
    </form>
  );
}

/** One field with its label, hint and error, each tied to it for those who do not see. */
export function Field(props: {
  id: string;
  label: string;
  hint?: string | undefined;
  problem?: string | undefined;
  children: (describedBy: string | undefined) => ComponentChildren;
}) {
  const { id, label, hint, problem } = props;
  const describedBy =
    [hint ? `${id}-hint` : '', problem ? `${id}-problem` : ''].filter(Boolean).join(' ') || undefined;
  return (
    <div class={`field${problem ? ' has-problem' : ''}`}>
      <label for={id}>{label}</label>
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {problem && (
        <p class="problem" id={`${id}-problem`}>
          {problem}
        </p>
      )}
      {props.children(describedBy)}
    </div>
  );
}
