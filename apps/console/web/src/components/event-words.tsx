import { useQuery } from '@tanstack/react-query';
import { staffNames } from '../api/queries.js';
import type { AuditEventView } from '../api/views.js';
import { useLanguage } from '../language/language-context.js';

const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/** A value as it was written down; of a UUID the end, as everywhere in a list, and all of it to who points at it. */
export function Written({ value }: { value: string }) {
  if (!uuid.test(value)) return <code>{value}</code>;
  return <code title={value}>…{value.slice(-8)}</code>;
}

/** Who did it, in words: `person`, `system`, `client:<id>`, `staff:<id>`. */
export function Actor({ actor }: { actor: string }) {
  const { named } = useLanguage();
  const at = actor.indexOf(':');
  if (at < 0) return <span>{named('actor', actor)}</span>;
  const [kind, id] = [actor.slice(0, at), actor.slice(at + 1)];
  return (
    <span>
      {named('actor', kind)} {kind === 'staff' ? <Member id={id} /> : <Written value={id} />}
    </span>
  );
}

/** A member of staff by name; by id while the names are on their way, and for one that this deployment does not have. */
function Member({ id }: { id: string }) {
  const { data } = useQuery({ ...staffNames(), staleTime: 300_000 });
  const name = data?.names.find((each) => each.id === id)?.name;
  return name === undefined ? (
    <Written value={id} />
  ) : (
    <span className="name" title={id}>
      {name}
    </span>
  );
}

/** The members of an event's detail, as they were written down; one of several levels is named by all of them, and left out when it is not so. */
export function Detail({ of }: { of: AuditEventView['detail'] }) {
  const members = Object.entries(of)
    .flatMap(([name, value]) => written(name, value))
    .filter(([name, value]) => !name.includes('.') || !['false', 'null'].includes(value));
  if (members.length === 0) return null;
  return (
    <span className="members">
      {members.map(([name, value]) => (
        <span key={name}>
          {name} <Written value={value} />
        </span>
      ))}
    </span>
  );
}

/** Nothing for what is empty. */
export function written(name: string, value: unknown): [name: string, value: string][] {
  if (Array.isArray(value) && value.every((each) => typeof each !== 'object'))
    return value.length === 0 ? [] : [[name, value.join(', ')]];
  if (typeof value !== 'object' || value === null) return [[name, String(value)]];
  return Object.entries(value).flatMap(([inner, each]) => written(`${name}.${inner}`, each));
}
