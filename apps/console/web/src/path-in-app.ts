/**
 * Where a person wanted to go before signing in, as the address of the sign-in page says. Anybody can write that address, so only a path of
 * this app counts: browsers read `//host` and `/\host` as another host.
 */
export function pathInApp(wanted: unknown): string | undefined {
  const isPath = typeof wanted === 'string' && /^\/(?![/\\])[^\p{Cc}\\]*$/u.test(wanted);
  return isPath && !/^\/sign-in(?![\w-])/.test(wanted) ? wanted : undefined;
}
