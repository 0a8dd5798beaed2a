import type { Subject } from './every-form.js';
import { type PageContext, Shell } from './shell.js';
import { wordingOf } from './wording/index.js';

/**
 * The answer to a form about something that another tab has put aside meanwhile.
 *
 * @param props.page on which the form stood
 * @param props.isThere there is something newer to go on with
 */
export function ElsewherePage(props: {
  context: PageContext;
  about: Subject;
  page: string;
  isThere: boolean;
}) {
  const { context, about, page, isThere } = props;
  const { title, text, continue_, otherwise } = wordingOf(context).elsewhere[about];
  // The recovery is at whatever step it is at: this address leads there.
  const newer = about === 'recovery' ? '/recover/code' : page;
  return (
    <Shell context={context} title={title}>
      <p class="lead">{text}</p>
      {isThere && (
        <a class="button wide" href={newer}>
          {continue_}
        </a>
      )}
      <div class="aside">
        <p>{typeof otherwise === 'string' ? otherwise : <a href="/recover">{otherwise.begin}</a>}</p>
      </div>
    </Shell>
  );
}
