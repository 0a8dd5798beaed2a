import { destinationOf, type SmsPolicy } from '@rekey/limits';

/** Numbers of a replay: the same each time, by their own generator (mulberry32). */
export class Numbers {
  private readonly used = new Set<string>();

  constructor(
    private readonly policy: SmsPolicy,
    private state = 7,
  ) {}

  random(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.random() * list.length)] as T;
  }

  /** A new number of this many digits with this beginning. */
  any(begin: string, digits: number): string {
    for (;;) {
      let number = begin;
      while (number.length < digits + 1) number += Math.floor(this.random() * 10);
      if (this.used.has(number)) continue;
      this.used.add(number);
      return number;
    }
  }

  /** A number that could get an SMS. */
  open(begin: string, digits: number): string {
    for (let look = 0; look < 1000; look++) {
      const number = this.any(begin, digits);
      if (!('refused' in destinationOf(number, this.policy))) return number;
    }
    throw new Error(`nothing can be sent to ${begin}`);
  }

  shuffled<T>(list: readonly T[]): T[] {
    return list
      .map((one) => ({ one, at: this.random() }))
      .sort((a, b) => a.at - b.at)
      .map(({ one }) => one);
  }
}

const spread = (begins: string[], endings: string[]): string[] =>
  begins.flatMap((begin) => endings.map((ending) => begin + ending));

/** Where people live: prefixes, and the digits of a whole number. */
export const homes: [string[], number][] = [
  [spread(['+1202', '+1212', '+1312', '+1415', '+1512', '+1617', '+1713'], ['2', '3', '5', '7', '8']), 11],
  [
    spread(['+447'], ['400', '415', '500', '538', '700', '710', '799', '811', '850', '903', '950', '982']),
    12,
  ],
  [
    spread(['+491'], ['511', '512', '520', '575', '590', '601', '701', '711', '721', '747', '760', '791']),
    13,
  ],
  [spread(['+336'], ['012', '123', '234', '410', '612', '780', '812']), 11],
  [spread(['+86'], ['1380', '1390', '1502', '1581', '1771', '1862', '1890']), 13],
  [spread(['+65'], ['812', '823', '901', '912', '963', '984']), 10],
];

export const person = (numbers: Numbers): string => {
  const [begins, digits] = numbers.pick(homes);
  return numbers.open(numbers.pick(begins), digits);
};

/** A person whose range may have no proved code yet. */
export const stranger = (numbers: Numbers): string => {
  const [begin, digits] = numbers.pick<[string, number]>([
    ['+1', 11],
    ['+447', 12],
    ['+4915', 13],
    ['+336', 11],
    ['+861', 13],
    ['+659', 10],
    ['+316', 11],
    ['+467', 11],
  ]);
  return numbers.open(begin, digits);
};

/** Numbers that earn money for their owner; `count` is a multiple of twenty. */
export function pumped(numbers: Numbers, count: number): string[] {
  const times = (part: number, one: () => string) => Array.from({ length: part * count }, one);
  const premium = () =>
    numbers.any(
      ...numbers.pick<[string, number]>([
        ['+1900', 11],
        ['+97912', 12],
        ['+870773', 12],
        ['+8816', 12],
        ['+88299', 12],
        ['+4470', 12],
        ['+4490', 12],
        ['+4918', 11],
      ]),
    );
  const dear = () =>
    numbers.any(
      ...numbers.pick<[string, number]>([
        ['+6281', 13],
        ['+99440', 12],
        ['+99290', 12],
        ['+9477', 11],
        ['+5352', 10],
      ]),
    );
  // About seventy numbers of each range, however many numbers there are.
  const owned = Array.from({ length: Math.round(count * 0.006) }, (_, at): [string, number] => {
    const [begin, digits, more] = (
      [
        ['+447', 12, 3],
        ['+491', 13, 3],
        ['+905', 12, 3],
        ['+407', 11, 3],
        ['+1', 11, 4],
        ['+849', 11, 3],
      ] as const
    )[at % 6] as [string, number, number];
    // A range in real use, found by one of its numbers.
    const inside = numbers.open(begin, digits);
    return [inside.slice(0, begin.length + more), digits];
  });
  return numbers.shuffled([
    ...times(0.25, premium),
    ...times(0.15, dear),
    ...times(0.45, () => numbers.open(...numbers.pick(owned))),
    // Thinly, over every range of two countries where people live.
    ...times(0.15, () =>
      numbers.open(
        ...numbers.pick<[string, number]>([
          ['+447', 12],
          ['+4915', 13],
        ]),
      ),
    ),
  ]);
}
