/** An ISO time as a field of type `datetime-local` wants it: of this machine's zone, with seconds. @returns '' when it is no time */
export function toLocalInput(at: string): string {
  const time = new Date(at);
  if (Number.isNaN(time.getTime())) return '';
  const local = new Date(time.getTime() - time.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 19);
}

/** The other way round, in UTC. @returns '' when it is no time */
export function toUtc(local: string): string {
  const time = new Date(local);
  return Number.isNaN(time.getTime()) ? '' : time.toISOString();
}
