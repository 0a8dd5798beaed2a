/** The defaults, overridden by the given values; an undefined value does not override. */
export function withDefaults<Whole extends object>(
  defaults: Whole,
  given: { [Name in keyof Whole]?: Whole[Name] | undefined },
): Whole {
  const whole = { ...defaults };
  for (const name in given) {
    const value = given[name];
    if (value !== undefined) whole[name] = value;
  }
  return whole;
}
