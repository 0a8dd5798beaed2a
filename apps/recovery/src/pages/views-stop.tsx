import { CsrfField, type PageContext, Shell } from './shell.js';
import { pageWordings } from './wording.js';

const words = (context: PageContext) => pageWordings[context.locale];

export function StopPage({ context }: { context: PageContext }) {
  const { stop } = words(context);
  return (
    <Shell context={context} title={stop.title}>
      <p>{stop.lead(context.service)}</p>
      <p>{stop.what}</p>
      <form method="post" action="/stop">
        <CsrfField context={context} />
        <button class="alarm wide" type="submit">
          {stop.submit}
        </button>
      </form>
    </Shell>
  );
}

export function StoppedPage({ context, wasSettled }: { context: PageContext; wasSettled: boolean }) {
  const { stop } = words(context);
  return (
    <Shell context={context} title={stop.doneTitle}>
      <p class="note">{wasSettled ? stop.doneAfter : stop.doneBefore}</p>
      {wasSettled && <p>{stop.next}</p>}
      {wasSettled && (
        <a class="button wide" href="/recover">
          {stop.recover}
        </a>
      )}
    </Shell>
  );
}

export function StopGonePage({ context }: { context: PageContext }) {
  const { stop } = words(context);
  return (
    <Shell context={context} title={stop.goneTitle}>
      <p>{stop.gone}</p>
      <a class="button wide" href="/recover">
        {stop.recover}
      </a>
    </Shell>
  );
}
