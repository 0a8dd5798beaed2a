/** What the router matches a template with, for a path that `readTarget` has read; for requests that no route has taken. */
export const patternOf = (template: string, end = ''): RegExp =>
  new RegExp(
    `^${template
      .replaceAll('::', '\u0000')
      .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
      .replace(/:[A-Za-z_]\w*/g, '[^/]+')
      .replaceAll('\u0000', ':')}${end}$`,
  );
