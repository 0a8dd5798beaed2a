/** Where something may be found, and as what. */
export interface Place {
  as: 'recovery' | 'account' | 'identifier' | 'request';
  value: string;
}

const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;
/** What a trusted proxy may call a request, too. */
const requestId = /^[\w.:-]{8,128}$/;

/**
 * Where to look for what was typed, one place after the other: a UUID (also as `urn:uuid:…`) is of a recovery, an account or a request,
 * anything else is what a person calls the account by, the id that the operator gave it, or that of a request which a proxy named.
 */
export function placesFor(typed: string): Place[] {
  const text = typed.trim();
  if (text === '') return [];
  const bare = text.replace(/^urn:uuid:/i, '');
  if (uuid.test(bare))
    return [
      { as: 'recovery', value: bare.toLowerCase() },
      { as: 'account', value: bare },
      { as: 'request', value: bare.toLowerCase() },
    ];
  const byIdentifier: Place = { as: 'identifier', value: text };
  // An address is no id.
  if (/[@\s]/.test(text)) return [byIdentifier];
  const byRequest: Place[] = requestId.test(text) ? [{ as: 'request', value: text }] : [];
  return [byIdentifier, { as: 'account', value: text }, ...byRequest];
}
