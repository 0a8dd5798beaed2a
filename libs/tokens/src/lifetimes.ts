import { z } from 'zod';

const minutes = 60_000;
const hours = 60 * minutes;
const days = 24 * hours;

/** Milliseconds. */
export interface Lifetimes {
  access: number;
  /** How long a session lasts without a refresh. */
  refreshIdle: number;
  /** How long a session lasts at most. */
  refresh: number;
}

/** How long tokens live, by kind of client and by role. A role only shortens lifetimes: its holders never get more than the role allows. */
export interface LifetimePlan {
  ordinary: Lifetimes;
  /** Devices without a keyboard (RFC 8628): signing in there again is a nuisance. */
  device: Lifetimes;
  roles: Record<string, Lifetimes>;
}

const ordinary: Lifetimes = { access: 10 * minutes, refreshIdle: 30 * days, refresh: 90 * days };
const staff: Lifetimes = { access: 5 * minutes, refreshIdle: 8 * hours, refresh: 24 * hours };

export const defaultLifetimes: LifetimePlan = {
  ordinary,
  device: { ...ordinary, refreshIdle: 90 * days, refresh: 365 * days },
  roles: { staff, admin: staff },
};

export const authorizationCodeMs = 60_000;
/** RFC 7521 §5.2 asks for a short life. The assertion travels once, over one connection. */
export const assertionMs = 60_000;
/** A refresh repeated within this time is a retry, not a theft: it gets the same successor. */
export const refreshRetryMs = 10_000;

const seconds = z.number().int().min(60).max(31_536_000);

/** A client's own lifetimes in seconds, as the management API accepts them. */
export const clientLifetimes = z.strictObject({
  access: seconds.max(3_600).optional(),
  refresh_idle: seconds.optional(),
  refresh: seconds.optional(),
});
export type ClientLifetimes = z.output<typeof clientLifetimes>;

/** The client's own lifetimes; the plan fills in what it omits. */
export const lifetimesOf = (client: ClientLifetimes, plan: Lifetimes): Lifetimes => ({
  access: client.access ? client.access * 1000 : plan.access,
  refreshIdle: client.refresh_idle ? client.refresh_idle * 1000 : plan.refreshIdle,
  refresh: client.refresh ? client.refresh * 1000 : plan.refresh,
});

const planFile = z.strictObject({
  ordinary: clientLifetimes.optional(),
  device: clientLifetimes.optional(),
  roles: z.record(z.string().regex(/^[\w:.-]{1,64}$/), clientLifetimes).optional(),
});

/**
 * Reads a plan from a file, in seconds; the default when omitted. It replaces what it names. The ordinary lifetimes fill in what a new role omits.
 *
 * @throws {Error} one line for each thing that is wrong
 */
export function readLifetimes(text?: string): LifetimePlan {
  if (text === undefined) return defaultLifetimes;
  const parsed = planFile.safeParse(json(text));
  if (!parsed.success) {
    const lines = parsed.error.issues.map(
      ({ path, message }) => `${path.join('.') || 'the file'}: ${message}`,
    );
    throw new Error(lines.join('\n'));
  }
  const { ordinary: all = {}, device = {}, roles = {} } = parsed.data;
  const forAll = lifetimesOf(all, defaultLifetimes.ordinary);
  const plan: LifetimePlan = {
    ordinary: forAll,
    device: lifetimesOf(device, { ...defaultLifetimes.device, access: forAll.access }),
    roles: { ...defaultLifetimes.roles },
  };
  for (const [role, own] of Object.entries(roles))
    plan.roles[role] = lifetimesOf(own, plan.roles[role] ?? plan.ordinary);
  const named: [string, Lifetimes][] = [
    ['ordinary', plan.ordinary],
    ['device', plan.device],
    ...Object.entries(plan.roles).map(([role, own]): [string, Lifetimes] => [`roles.${role}`, own]),
  ];
  const wrong = named.filter(([, { refreshIdle, refresh }]) => refreshIdle > refresh);
  if (wrong.length > 0)
    throw new Error(wrong.map(([name]) => `${name}: refresh_idle is longer than refresh`).join('\n'));
  return plan;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
