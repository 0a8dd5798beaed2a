import { type PageContext, PostForm, Shell } from './shell.js';
import { stopWordings } from './wording-stop.js';

const words = (context: PageContext) => stopWordings[context.locale];

export function StopPage({ context, signsOut }: { context: PageContext; signsOut: boolean }) {
  const stop = words(context);
  return (
    <Shell context={context} title={stop.title}>
      <p>{stop.lead(context.service)}</p>
      <p>{stop.what(signsOut)}</p>
      <PostForm context={context} action="/stop">
        <button class="alarm wide" type="submit">
          {stop.submit}
        </button>
      </PostForm>
    </Shell>
  );
}

export function StoppedPage(props: { context: PageContext; wasSettled: boolean; signsOut: boolean }) {
  const { context, wasSettled, signsOut } = props;
  const stop = words(context);
  return (
    <Shell context={context} title={stop.doneTitle}>
      <p class="note">{wasSettled ? stop.doneAfter(signsOut) : stop.doneBefore}</p>
      {wasSettled && <p>{stop.next(signsOut)}</p>}
      {wasSettled && (
        <a class="button wide" href="/recover">
          {stop.recover}
        </a>
      )}
    </Shell>
  );
}

export function StopGonePage({ context }: { context: PageContext }) {
  const stop = words(context);
  return (
    <Shell context={context} title={stop.goneTitle}>
      <p>{stop.gone}</p>
      <a class="button wide" href="/recover">
        {stop.recover}
      </a>
    </Shell>
  );
}
