import { type PageContext, PostForm } from './shell.js';
import { wordingOf } from './wording/index.js';

/** The way out of a recovery that has begun. @param props.app the name of the app that hears of it */
export function CancelForm({ context, app }: { context: PageContext; app: string | undefined }) {
  const { cancel } = wordingOf(context).page;
  return (
    <PostForm context={context} class="aside" action="/recover/cancel">
      <button class="quiet" type="submit">
        {app === undefined ? cancel.label : cancel.labelForApp(app)}
      </button>
    </PostForm>
  );
}
