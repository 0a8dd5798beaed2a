import { people } from '../flows/people.js';
import { newHousehold, useRekey } from '../flows/rekey.js';
import { Story } from '../flows/story.js';

/** The limit of attempts is a chance: it limits a stranger and locks nobody else out. */
describe('odds of guessing', () => {
  const rekey = useRekey();
  const who = people(rekey);
  const day = 86_400_000;
  beforeEach(() => {
    newHousehold();
    rekey.clock.advance(3_600_000);
  });

  /** 24 requests from one source: four recoveries with all their attempts. */
  const strangersDay = async (identifier: string): Promise<number[]> => {
    newHousehold();
    const statuses: number[] = [];
    for (let recovery = 0; recovery < 4; recovery++) {
      const story = new Story(rekey);
      await story.start({ identifier });
      await rekey.idle();
      for (let guess = 0; guess < 5; guess++) statuses.push((await story.prove('000000')).status);
    }
    newHousehold();
    return statuses;
  };
  const digitsOf = (code: string): number => code.replaceAll(' ', '').length;

  test('24 requests of a stranger a day, for five days: the owner recovers each day without help [FP no-lockout, ASVS 6.3.1]', async () => {
    await who.put('besieged');
    const phone = who.phoneOf('besieged');
    for (let n = 0; n < 5; n++) {
      expect(await strangersDay(phone)).toEqual(Array(20).fill(422));
      const owner = new Story(rekey);
      const { code } = await owner.begin(phone);
      expect((await owner.prove(code)).body.state).toBe('proven');
      expect((await owner.complete({})).status).toBe(201);
      rekey.clock.advance(day);
    }
  });

  test('a delivered code stays valid, however many wrong attempts at other recoveries of that name [FP no-lockout]', async () => {
    await who.put('meanwhile');
    const phone = who.phoneOf('meanwhile');
    const owner = new Story(rekey);
    const { code } = await owner.begin(phone);
    await strangersDay(phone);
    expect((await owner.prove(code)).body.state).toBe('proven');
  });

  test('SMS codes grow from six digits to eight, in groups of four and bound to the page; a day later they are short again [NIST 3.1.3.2]', async () => {
    await who.put('growing');
    const phone = who.phoneOf('growing');
    const lengths: number[] = [];
    let last = '';
    for (let n = 0; n < 8; n++) {
      newHousehold();
      rekey.clock.advance(11 * 60_000);
      const story = new Story(rekey);
      const { message, code } = await story.begin(phone);
      lengths.push(digitsOf(code));
      last = message.text;
      if (n === 7) expect((await story.prove(code.replaceAll(/\d{4}/g, '$& '))).body.state).toBe('proven');
    }
    expect(lengths).toEqual([6, 6, 6, 6, 6, 6, 8, 8]);
    const [, code = ''] = /@localhost #(\d{8})$/.exec(last) ?? [];
    expect(last).toContain(`${code.slice(0, 4)} ${code.slice(4)}`);
    rekey.clock.advance(32 * 3_600_000);
    newHousehold();
    expect(digitsOf((await new Story(rekey).begin(phone)).code)).toBe(6);
  });

  test('an account has one set of odds for all its names, and an unknown name is charged the same', async () => {
    await who.put('several', { username: 'severalnames' });
    const phone = who.phoneOf('several');
    const lengths: number[] = [];
    for (const identifier of [phone, 'severalnames', phone, 'severalnames', phone, 'severalnames', phone]) {
      newHousehold();
      rekey.clock.advance(11 * 60_000);
      const { code } = await new Story(rekey).begin(identifier, phone, { channel: 'sms' });
      lengths.push(digitsOf(code));
    }
    expect(lengths).toEqual([6, 6, 6, 6, 6, 6, 8]);
    const charged = async (identifier: string) => {
      await rekey.sql('delete from guess_odds');
      newHousehold();
      await new Story(rekey).start({ identifier, channel: 'sms' });
      await rekey.idle();
      return rekey.sql('select odds, digits from guess_odds order by key');
    };
    rekey.clock.advance(11 * 60_000);
    const known = await charged(phone);
    expect(known).toHaveLength(2);
    expect(await charged('+12025550198')).toEqual(known);
  });
});
