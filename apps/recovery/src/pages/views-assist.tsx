import { LettersField } from './letters-field.js';
import { type PageContext, PostForm, Shell } from './shell.js';
import { wordingOf } from './wording/index.js';

/** Where a caller enters the letters that a member of staff reads out. @param props.note what became of those before */
export function AssistPage(props: { context: PageContext; code?: string; problem?: string; note?: string }) {
  const { context, code = '', problem: text, note } = props;
  const { form } = wordingOf(context).assist;
  const problem = text ? { field: 'code', text } : undefined;
  return (
    <Shell context={context} title={form.title} problem={problem}>
      {note && (
        <p class="note" role="status">
          {note}
        </p>
      )}
      <p class="lead">{form.lead}</p>
      <PostForm context={context} action="/recover/assist" novalidate>
        <LettersField id="code" label={form.code} hint={form.hint} problem={text} value={code} />
        <button class="wide" type="submit">
          {form.submit}
        </button>
      </PostForm>
      <div class="aside">
        <p>{form.warning}</p>
      </div>
    </Shell>
  );
}

/** The number of this browser. Without a script, the button looks whether staff have entered it. */
export function AssistNumberPage({ context, number }: { context: PageContext; number: string }) {
  const words = wordingOf(context).assist.number;
  return (
    <Shell context={context} title={words.title}>
      <p class="lead">{words.lead}</p>
      <p data-progress data-from="/recover/assist/progress" data-to="/recover/assist">
        {words.label}
        <strong class="number">{number}</strong>
      </p>
      <p class="note">{words.warning}</p>
      <p>{words.next}</p>
      <a class="button wide" href="/recover/assist">
        {words.continue_}
      </a>
      <p class="aside">
        <a href="/recover/assist?other">{words.otherCode}</a>
      </p>
    </Shell>
  );
}
