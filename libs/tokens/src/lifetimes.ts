const minutes = 60_000;
const hours = 60 * minutes;
const days = 24 * hours;

/** Milliseconds. */
export interface Lifetimes {
  access: number;
  refreshIdle: number;
  refresh: number;
}

/** By role; whoever has none of these roles has the ordinary ones. */
export const ordinary: Lifetimes = { access: 10 * minutes, refreshIdle: 30 * days, refresh: 90 * days };
export const staff: Lifetimes = { access: 5 * minutes, refreshIdle: 8 * hours, refresh: 24 * hours };
/** Roles whose holders have the short lifetimes. */
export const staffRoles = ['staff', 'admin'];

export const authorizationCodeMs = 60_000;
/** RFC 7521 §5.2 asks for a short life; the assertion travels once, over one connection. */
export const assertionMs = 60_000;
/** A refresh repeated within this time is a retry, not a theft: it gets the same successor. */
export const refreshRetryMs = 10_000;

/** A client's own lifetimes in seconds, as the management API takes them. */
export interface ClientLifetimes {
  access?: number;
  refresh_idle?: number;
  refresh?: number;
}

export const lifetimesOf = (client: ClientLifetimes): Lifetimes => ({
  access: client.access ? client.access * 1000 : ordinary.access,
  refreshIdle: client.refresh_idle ? client.refresh_idle * 1000 : ordinary.refreshIdle,
  refresh: client.refresh ? client.refresh * 1000 : ordinary.refresh,
});

/** Of the client's lifetimes and those of the role, the shorter each. */
export const shorter = (a: Lifetimes, b: Lifetimes): Lifetimes => ({
  access: Math.min(a.access, b.access),
  refreshIdle: Math.min(a.refreshIdle, b.refreshIdle),
  refresh: Math.min(a.refresh, b.refresh),
});
