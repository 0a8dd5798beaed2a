import type { StopSubject } from '@rekey/recovery';
import { type PageContext, PostForm, Shell } from './shell.js';
import { wordingOf } from './wording/index.js';

const words = (context: PageContext) => wordingOf(context).stop;

/** @param props.about `binding`: something was set up; `override`: staff let somebody in; otherwise somebody has been recovering the account */
export function StopPage(props: { context: PageContext; signsOut: boolean; about: StopSubject }) {
  const { context, signsOut, about } = props;
  const stop = words(context);
  const other = about === 'recovery' ? undefined : stop[about];
  return (
    <Shell context={context} title={stop.title}>
      <p>{(other ?? stop).lead(context.service)}</p>
      <p>{other ? other.what : stop.what(signsOut)}</p>
      <PostForm context={context} action="/stop">
        <button class="alarm wide" type="submit">
          {(other ?? stop).submit}
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
  about: StopSubject;
}) {
  const { context, wasSettled, signsOut, restored, heldHours, about } = props;
  const stop = words(context);
  const ofBinding = about === 'binding' ? stop.binding : undefined;
  const before = about === 'override' ? stop.override.done : stop.doneBefore;
  return (
    <Shell context={context} title={wasSettled ? stop.doneTitle.undone : stop.doneTitle.stopped}>
      <p class="note">{ofBinding ? ofBinding.done : wasSettled ? stop.doneAfter(signsOut) : before}</p>
      {restored && <p>{stop.restored}</p>}
      {heldHours > 0 && <p>{stop.held(heldHours)}</p>}
      {wasSettled && <p>{ofBinding ? ofBinding.next : stop.next(signsOut, heldHours)}</p>}
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
