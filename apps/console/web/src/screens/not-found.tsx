import { Link } from '@tanstack/react-router';
import { StateScreen } from '../components/fault.js';
import { useText } from '../language/language-context.js';

/** An address that leads nowhere. */
export function NotFound() {
  const text = useText();
  return (
    <StateScreen title={text('not-found.title')} action={<Link to="/">{text('not-found.home')}</Link>}>
      <p>{text('not-found.explain')}</p>
    </StateScreen>
  );
}
