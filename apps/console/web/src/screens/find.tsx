import { Needs } from '../components/fault.js';
import { PageTitle } from '../components/page-title.js';
import { useText } from '../language/language-context.js';
import { FindForm } from './find-form.js';

/** Looks for an account or a recovery; each look is audited. */
export function Screen() {
  return (
    <Needs right="look">
      <Find />
    </Needs>
  );
}

function Find() {
  const text = useText();
  return (
    <>
      <PageTitle title={text('nav.find')} />
      <p>{text('find.explain')}</p>
      <FindForm />
    </>
  );
}
