import { Needs } from '../components/fault.js';
import { PageTitle } from '../components/page-title.js';
import { useText } from '../language/language-context.js';
import { useRight } from '../session/session-context.js';
import { HeldList } from './held-list.js';
import { OverrideList } from './override-list.js';

/** What waits for a decision: recoveries on hold, and requests that take a second person. */
export function Screen() {
  return (
    <Needs right={['decide', 'assist']}>
      <Decisions />
    </Needs>
  );
}

function Decisions() {
  const text = useText();
  const mayDecide = useRight('decide');
  return (
    <>
      <PageTitle title={text('nav.decisions')} />
      {!mayDecide && <p className="note">{text('decisions.look')}</p>}
      <section>
        <h2>{text('held.title')}</h2>
        <p>{text('held.explain')}</p>
        <HeldList />
      </section>
      <section>
        <h2>{text('overrides.title')}</h2>
        <p>{text('overrides.explain')}</p>
        <OverrideList filter={{ state: 'requested' }} empty={text('overrides.empty')} />
      </section>
    </>
  );
}
