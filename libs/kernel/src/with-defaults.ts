/** The defaults, and what is given in their place; what is given as undefined is not given. */
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
