import { longestTyped } from '@rekey/kernel';
import type { RecoveryView } from '@rekey/recovery';
import { CountryField } from './country-field.js';
import { Field, type PageContext, PostForm, Shell } from './shell.js';
import { CancelForm } from './views-cancel.js';
import { BesideCode } from './views-proofs.js';
import { wordingOf } from './wording/index.js';
import type { NoticeKind } from './wording/page.js';

/** Parameters of an app's authorization request, carried from the link to the form. */
export type CarriedParameters = Record<string, string>;

const words = (context: PageContext) => wordingOf(context).page;

export function FormPage(props: {
  context: PageContext;
  app?: string | undefined;
  carried: CarriedParameters;
  identifier?: string;
  country?: string | undefined;
  /** The field that has to be filled in, or filled in differently. */
  problemIn?: 'identifier' | 'country';
  /** Where the app hears that the person gave up. */
  cancelUrl?: string | undefined;
}) {
  const { context, app, identifier, country, problemIn, cancelUrl } = props;
  const { form, cancel } = words(context);
  const problem = problemIn && {
    field: problemIn,
    text: problemIn === 'country' ? form.countryProblem : form.problem,
  };
  return (
    <Shell context={context} title={form.title(app ?? context.service)} step={1} problem={problem}>
      <p class="lead">{app ? form.leadForApp(app) : form.lead}</p>
      <PostForm context={context} action="/recover" novalidate>
        {Object.entries(props.carried).map(([name, value]) => (
          <input key={name} type="hidden" name={name} value={value} />
        ))}
        <Field
          id="identifier"
          label={form.identifier}
          hint={form.hint}
          problem={problemIn === 'identifier' ? problem?.text : undefined}
        >
          {(describedBy) => (
            <input
              id="identifier"
              name="identifier"
              type="text"
              value={identifier}
              maxLength={longestTyped}
              required
              autocomplete="username"
              autocapitalize="none"
              spellcheck={false}
              aria-describedby={describedBy}
              aria-invalid={problemIn === 'identifier' ? 'true' : undefined}
            />
          )}
        </Field>
        {problemIn === 'country' ? (
          <CountryField context={context} country={country} problem={problem?.text} />
        ) : (
          <details open={Boolean(country) || problem !== undefined}>
            <summary>{form.country}</summary>
            <CountryField context={context} country={country} />
          </details>
        )}
        <button class="wide" type="submit">
          {form.submit}
        </button>
      </PostForm>
      {app !== undefined && cancelUrl !== undefined && (
        <p class="aside">
          <a href={cancelUrl}>{cancel.labelForApp(app)}</a>
        </p>
      )}
    </Shell>
  );
}

export function CodePage(props: {
  context: PageContext;
  view: RecoveryView;
  /** Seconds until another code may be asked for; 0 for now. */
  resendIn: number;
  app?: string | undefined;
  problem?: string | undefined;
  note?: string | undefined;
}) {
  const { context, view, resendIn, app, problem: text, note } = props;
  const { code } = words(context);
  const problem = text ? { field: 'code', text } : undefined;
  return (
    <Shell context={context} title={code.title} step={2} problem={problem}>
      {note && (
        <p class="note" role="status">
          {note}
        </p>
      )}
      <p class="lead">{code.lead}</p>
      <PostForm context={context} action="/recover/code" novalidate>
        <Field id="code" label={code.label} hint={code.hint} problem={text}>
          {(describedBy) => (
            <input
              id="code"
              name="code"
              class="code-field"
              type="text"
              inputMode="numeric"
              autocomplete="one-time-code"
              maxLength={longestTyped}
              required
              autofocus={!text}
              aria-describedby={describedBy}
              aria-invalid={text ? 'true' : undefined}
            />
          )}
        </Field>
        <button class="wide" type="submit">
          {code.submit}
        </button>
      </PostForm>
      <PostForm context={context} class="aside" action="/recover/resend">
        <h2>{code.resendHeading}</h2>
        <p
          data-resend-at={resendIn}
          data-waiting={code.resendIn(0).replace('0', '%')}
          data-last={code.resendIn(1)}
          data-ready={code.resendNow}
        >
          {resendIn > 0 ? code.resendIn(resendIn) : code.resendNow}
        </p>
        <div class="buttons">
          <button class="quiet" type="submit" data-resend>
            {code.resend}
          </button>
          {!context.withoutSms && (
            <>
              <button class="quiet" type="submit" name="channel" value="email" data-resend>
                {code.byMail}
              </button>
              <button class="quiet" type="submit" name="channel" value="sms" data-resend>
                {code.bySms}
              </button>
            </>
          )}
        </div>
        <p>{code.noMessage}</p>
        <a href="/recover">{code.restart}</a>
      </PostForm>
      <BesideCode
        context={context}
        linkNumber={view.match_number}
        addresses={view.addresses}
        hasOther={view.methods.length > 1}
      />
      <CancelForm context={context} app={app} />
    </Shell>
  );
}

/** @param props.app the name of the app that the person goes back to afterwards */
export function PasswordPage(props: {
  context: PageContext;
  app?: string | undefined;
  reason?: string | undefined;
}) {
  const { context, app, reason } = props;
  const { password } = words(context);
  const text = reason
    ? (password.refused[reason as keyof typeof password.refused] ?? password.refused.blocklisted)
    : undefined;
  const problem = text ? { field: 'password', text } : undefined;
  return (
    <Shell context={context} title={password.title} step={3} problem={problem}>
      <p class="lead">{app ? password.leadForApp(app) : password.lead}</p>
      <PostForm context={context} action="/recover/password" novalidate>
        <Field id="password" label={password.label} hint={password.rules} problem={text}>
          {(describedBy) => (
            <div class="with-button">
              <input
                id="password"
                name="password"
                type="password"
                autocomplete="new-password"
                maxLength={1024}
                required
                aria-describedby={describedBy}
                aria-invalid={text ? 'true' : undefined}
              />
              <button
                class="quiet"
                type="button"
                hidden
                data-reveal="password"
                data-show={password.show}
                data-hide={password.hide}
                aria-controls="password"
                aria-pressed="false"
              >
                {password.show}
              </button>
            </div>
          )}
        </Field>
        <button class="wide" type="submit">
          {password.submit}
        </button>
      </PostForm>
      <CancelForm context={context} app={app} />
    </Shell>
  );
}

/** Only when going back by itself did not work: the issuer was away for a moment. */
export function ReturnToAppPage({ context, app }: { context: PageContext; app: string }) {
  const { returnToApp } = words(context);
  return (
    <Shell context={context} title={returnToApp.title} step={3}>
      <p class="lead">{returnToApp.lead(app)}</p>
      <PostForm context={context} action="/recover/return">
        <button class="wide" type="submit">
          {returnToApp.submit(app)}
        </button>
      </PostForm>
      <CancelForm context={context} app={app} />
    </Shell>
  );
}

export function DonePage({ context, signInUrl }: { context: PageContext; signInUrl?: string | undefined }) {
  const { done } = words(context);
  return (
    <Shell context={context} title={done.title} step={3}>
      <p class="note">{done.lead}</p>
      <p>{done.told}</p>
      {signInUrl ? (
        <a class="button wide" href={signInUrl}>
          {done.signIn}
        </a>
      ) : (
        <p>{done.backToApp}</p>
      )}
    </Shell>
  );
}

export function NoticePage(props: {
  context: PageContext;
  kind: NoticeKind;
  retryAfterSeconds?: number | undefined;
  /** Of the page whose form was not processed. */
  again?: string | undefined;
  /** Where a person signs in whose recovery is finished. */
  signInUrl?: string | undefined;
}) {
  const { context, kind, retryAfterSeconds, again, signInUrl } = props;
  const { notices, restart, waitMinutes, again: openAgain, done } = words(context);
  const { title, text } = notices[kind];
  const isFinished = kind === 'completed';
  const canBegin = kind !== 'limited' && kind !== 'bad_request' && !isFinished;
  return (
    <Shell context={context} title={title}>
      <p class="lead">
        {text}
        {retryAfterSeconds !== undefined && ` ${waitMinutes(Math.max(1, Math.ceil(retryAfterSeconds / 60)))}`}
      </p>
      {isFinished && signInUrl && (
        <a class="button wide" href={signInUrl}>
          {done.signIn}
        </a>
      )}
      {isFinished && (
        <p class="aside">
          <a href="/recover">{restart}</a>
        </p>
      )}
      {canBegin && (
        <a class="button wide" href={again ?? '/recover'}>
          {again === undefined ? restart : openAgain}
        </a>
      )}
    </Shell>
  );
}
