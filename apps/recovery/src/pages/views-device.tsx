import { LettersField } from './letters-field.js';
import { type PageContext, PostForm, Shell } from './shell.js';
import { wordingOf } from './wording/index.js';

export function DevicePage(props: { context: PageContext; code: string; problem?: string }) {
  const { context, code, problem: text } = props;
  const { form } = wordingOf(context).device;
  const problem = text ? { field: 'user_code', text } : undefined;
  return (
    <Shell context={context} title={form.title} problem={problem}>
      <p class="lead">{form.lead}</p>
      <PostForm context={context} action="/device" novalidate>
        <LettersField id="user_code" label={form.code} hint={form.hint} problem={text} value={code} />
        <button class="wide" type="submit">
          {form.submit}
        </button>
      </PostForm>
    </Shell>
  );
}

/** RFC 8628 §5.4: the person must be able to see that the code belongs to the device in front of them, and not to an attacker's. */
export function DeviceConsentPage({
  context,
  code,
  name,
}: {
  context: PageContext;
  code: string;
  name: string;
}) {
  const { consent } = wordingOf(context).device;
  return (
    <Shell context={context} title={consent.title(name)}>
      <p class="lead">{consent.lead(name)}</p>
      <p>{consent.check}</p>
      <p class="secret">{code}</p>
      <p class="note">{consent.warning}</p>
      <PostForm context={context} action="/device/answer" class="buttons">
        <input type="hidden" name="user_code" value={code} />
        <button type="submit" name="decision" value="allow">
          {consent.allow}
        </button>
        <button class="quiet" type="submit" name="decision" value="deny">
          {consent.deny}
        </button>
      </PostForm>
    </Shell>
  );
}

export function DeviceDonePage({ context, allowed }: { context: PageContext; allowed: boolean }) {
  const { done } = wordingOf(context).device;
  return (
    <Shell context={context} title={allowed ? done.allowed : done.denied}>
      <p class="lead">{allowed ? done.allowedLead : done.deniedLead}</p>
    </Shell>
  );
}
