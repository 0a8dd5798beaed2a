import { useRouter } from '@tanstack/react-router';
import { useEffect, useState } from 'react';

/**
 * Leads to another screen, once. What is shown until the other screen is loaded may be rendered again and again, and must not lead anywhere
 * else then.
 *
 * @param href a path of this app, with its query
 */
export function GoTo({ href }: { href: string }) {
  const { history } = useRouter();
  const [first] = useState(href);
  useEffect(() => history.replace(first), [history, first]);
  return null;
}
