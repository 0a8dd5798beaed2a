import type { AuthenticatorView } from '@rekey/accounts';
import { longestTyped } from '@rekey/kernel';
import { boundProofs, type CodeSetKind, kindWordings, type SetUpPage, totp } from '@rekey/proofs';
import type { ComponentChildren } from 'preact';
import { renderSVG } from 'uqr';
import { CountryField } from './country-field.js';
import { dateText, timeText } from './date-text.js';
import type { FormPath } from './every-form.js';
import { Field, type PageContext, PostForm, Shell } from './shell.js';
import { wordingOf } from './wording/index.js';

const words = (context: PageContext) => wordingOf(context).account;

const typed = (name: string) => ({ id: name, name, autocapitalize: 'none', spellcheck: false }) as const;

/** @param props.device when a device brought the person here: they go on with its code */
export function SignInPage(props: {
  context: PageContext;
  identifier?: string;
  country?: string | undefined;
  /** The problem is that the identifier is a phone number without its country. */
  asksForCountry?: boolean;
  problem?: string;
  device?: { code: string } | undefined;
}) {
  const { context, identifier, country, asksForCountry = false, problem: text, device } = props;
  const { signIn } = words(context);
  const problem = text ? { field: asksForCountry ? 'country' : 'identifier', text } : undefined;
  return (
    <Shell context={context} title={device ? signIn.deviceTitle : signIn.title} problem={problem}>
      <p class="lead">{device ? signIn.deviceLead : signIn.lead}</p>
      <PostForm context={context} action="/account/sign-in" novalidate>
        {device && <input type="hidden" name="device" value={device.code} />}
        <Field id="identifier" label={signIn.identifier}>
          {() => (
            <input
              {...typed('identifier')}
              type="text"
              autocomplete="username"
              maxLength={longestTyped}
              value={identifier}
              required
            />
          )}
        </Field>
        {(asksForCountry || country) && (
          <CountryField context={context} country={country} problem={asksForCountry ? text : undefined} />
        )}
        <Field id="password" label={signIn.password}>
          {() => (
            <input
              {...typed('password')}
              type="password"
              autocomplete="current-password"
              maxLength={1024}
              required
            />
          )}
        </Field>
        <Field id="second_factor" label={signIn.second} hint={signIn.secondHint}>
          {(describedBy) => (
            <input
              {...typed('second_factor')}
              type="text"
              autocomplete="one-time-code"
              maxLength={longestTyped}
              aria-describedby={describedBy}
            />
          )}
        </Field>
        <button class="wide" type="submit">
          {signIn.submit}
        </button>
      </PostForm>
      <p class="aside">
        <a href="/recover">{signIn.lost}</a>
      </p>
    </Shell>
  );
}

export function AuthenticatorsPage(props: {
  context: PageContext;
  authenticators: AuthenticatorView[];
  note?: string | undefined;
}) {
  const { context, authenticators, note } = props;
  const { home } = words(context);
  const date = (at: string) => dateText(context, at);
  return (
    <Shell context={context} title={home.title}>
      {note && (
        <p class="note" role="status">
          {note}
        </p>
      )}
      <p class="lead">{home.lead}</p>
      {boundProofs.map(({ id: kind, setUp }, at) => {
        const all = authenticators.filter((one) => one.kind === kind);
        const one = all.find(({ suspended }) => !suspended);
        const text = kindWordings[context.locale].bound[kind];
        const boundText = (of: AuthenticatorView) => text.bound(date(of.bound_at), of.codes_left ?? 0);
        return (
          <section key={kind} class={at > 0 ? 'aside' : undefined}>
            <h2>{text.title}</h2>
            <p>{one ? boundText(one) : text.none}</p>
            <Actions
              context={context}
              of={one}
              make={`/account/${setUp.page as SetUpPage}`}
              label={one ? text.replace : text.setUp}
            />
            {all
              .filter(({ suspended }) => suspended)
              .map((aside) => (
                <SetAside key={aside.id} context={context} of={aside} isTaken={one !== undefined}>
                  {boundText(aside)}
                </SetAside>
              ))}
          </section>
        );
      })}
      <PostForm context={context} class="aside" action="/account/sign-out">
        <button class="quiet" type="submit">
          {home.signOut}
        </button>
      </PostForm>
    </Shell>
  );
}

/** What can be done with one kind of authenticator. */
function Actions(props: {
  context: PageContext;
  of?: AuthenticatorView | undefined;
  make: FormPath;
  label: string;
}) {
  const { context, of, make, label } = props;
  const { home } = words(context);
  return (
    <>
      {of?.disabled && <p class="problem">{kindWordings[context.locale].bound[of.kind].disabled}</p>}
      {of?.counts_from && <p>{home.countsFrom(timeText(context, of.counts_from))}</p>}
      <div class="buttons">
        <PostForm context={context} action={make}>
          <button class={of ? 'quiet' : undefined} type="submit">
            {label}
          </button>
        </PostForm>
        {of && <Remove context={context} id={of.id} />}
      </div>
    </>
  );
}

function Remove({ context, id }: { context: PageContext; id: string }) {
  return (
    <PostForm context={context} action="/account/remove">
      <input type="hidden" name="id" value={id} />
      <button class="quiet" type="submit">
        {words(context).home.remove}
      </button>
    </PostForm>
  );
}

/** What a recovery has set aside: its owner confirms or removes it. @param props.isTaken another of its kind counts by now */
function SetAside(props: {
  context: PageContext;
  of: AuthenticatorView;
  isTaken: boolean;
  children: ComponentChildren;
}) {
  const { context, of, isTaken, children } = props;
  const { home } = words(context);
  return (
    <div class="aside">
      <p>{children}</p>
      <p class="problem">{home.suspended(of.bound_from, of.client_id)}</p>
      {isTaken && <p>{home.otherFirst}</p>}
      <div class="buttons">
        {!isTaken && (
          <PostForm context={context} action="/account/restore">
            <input type="hidden" name="id" value={of.id} />
            <button type="submit">{home.restore}</button>
          </PostForm>
        )}
        <Remove context={context} id={of.id} />
      </div>
    </div>
  );
}

/** @param props.setup what a wrong code brings back, sealed */
export function BindTotpPage(props: {
  context: PageContext;
  uri: string;
  secret: string;
  setup: string;
  problem?: string | undefined;
}) {
  const { context, uri, secret, setup, problem: text } = props;
  const { bind } = words(context);
  const problem = text ? { field: 'value', text } : undefined;
  return (
    <Shell context={context} title={bind.title} problem={problem}>
      <p class="lead">{bind.lead}</p>
      {/* Drawn by us from our own address of the secret: nothing a person typed is in it. */}
      <div
        class="picture"
        role="img"
        aria-label={bind.picture}
        dangerouslySetInnerHTML={{ __html: renderSVG(uri, { border: 3 }) }}
      />
      <p class="hint">{bind.byHand}</p>
      <p class="secret">{secret.replace(/.{4}(?=.)/g, '$& ')}</p>
      <PostForm context={context} action={`/account/${totp.setUp.page}/confirm`} novalidate>
        <input type="hidden" name="setup" value={setup} />
        <Field id="value" label={bind.code} hint={bind.codeHint} problem={text}>
          {(describedBy) => (
            <input
              id="value"
              name="value"
              class="code-field"
              type="text"
              inputMode="numeric"
              autocomplete="one-time-code"
              maxLength={longestTyped}
              required
              aria-describedby={describedBy}
              aria-invalid={text ? 'true' : undefined}
            />
          )}
        </Field>
        <button class="wide" type="submit">
          {bind.submit}
        </button>
      </PostForm>
      <p class="aside">
        <a href="/account">{bind.cancel}</a>
      </p>
    </Shell>
  );
}

export function CodeSetPage(props: { context: PageContext; kind: CodeSetKind; codes: string[] }) {
  const { context, kind, codes: list } = props;
  const codes = kindWordings[context.locale].made[kind];
  return (
    <Shell context={context} title={codes.title}>
      <p class="lead">{codes.lead}</p>
      <p class="note">{codes.warning}</p>
      <ol class="secrets">
        {list.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ol>
      <a class="button wide" href="/account">
        {codes.done}
      </a>
    </Shell>
  );
}
