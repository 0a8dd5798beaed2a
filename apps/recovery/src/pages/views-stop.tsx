import { type PageContext, PostForm, Shell } from './shell.js';
import { wordingOf } from './wording/index.js';

const words = (context: PageContext) => wordingOf(context).stop;

/** @param props.binding something was set up; otherwise somebody has been recovering the account */
export function StopPage(props: { context: PageContext; signsOut: boolean; binding: boolean }) {
  const { context, signsOut, binding } = props;
  const stop = words(context);
  return (
    <Shell context={context} title={stop.title}>
      <p>{binding ? stop.binding.lead(context.service) : stop.lead(context.service)}</p>
      <p>{binding ? stop.binding.what : stop.what(signsOut)}</p>
      <PostForm context={context} action="/stop">
        <button class="alarm wide" type="submit">
          {binding ? stop.binding.submit : stop.submit}
        </button>
      </PostForm>
    </Shell>
  );
}

export function StoppedPage(props: {
  context: PageContext;
  wasSettled: boolean;
  signsOut: boolean;
  restored: boolean;
  /** How long the next recovery waits. */
  heldHours: number;
  binding: boolean;
}) {
  const { context, wasSettled, signsOut, restored, heldHours, binding } = props;
  const stop = words(context);
  return (
    <Shell context={context} title={wasSettled ? stop.doneTitle.undone : stop.doneTitle.stopped}>
      <p class="note">
        {binding ? stop.binding.done : wasSettled ? stop.doneAfter(signsOut) : stop.doneBefore}
      </p>
      {restored && <p>{stop.restored}</p>}
      {heldHours > 0 && <p>{stop.held(heldHours)}</p>}
      {wasSettled && <p>{binding ? stop.binding.next : stop.next(signsOut, heldHours)}</p>}
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
