import { defaultLifetimes, lifetimesOf, readLifetimes } from './lifetimes.js';

const read = (file: object) => readLifetimes(JSON.stringify(file));
const hour = 3_600_000;

describe('lifetimes', () => {
  test('a file replaces the lifetimes that it names, in seconds', () => {
    expect(read({})).toEqual(defaultLifetimes);
    const { ordinary, device, roles } = defaultLifetimes;
    expect(
      read({
        ordinary: { access: 300 },
        device: { refresh: 180 * 86_400 },
        roles: { cashier: { refresh_idle: 3_600, refresh: 43_200 }, staff: { access: 60 } },
      }),
    ).toEqual({
      ordinary: { ...ordinary, access: 300_000 },
      device: { ...device, access: 300_000, refresh: 180 * 24 * hour },
      roles: {
        ...roles,
        staff: { ...roles.staff, access: 60_000 },
        cashier: { access: 300_000, refreshIdle: hour, refresh: 12 * hour },
      },
    });
  });

  test.each([
    ['{', /the file/],
    ['[]', /the file/],
    [{ ordinary: { access: 3_601 } }, /ordinary\.access/],
    [{ device: { access: 1 } }, /device\.access/],
    [{ roles: { 'a b': {} } }, /roles/],
    [{ ordinary: { idle: 60 } }, /ordinary: .*idle/],
    [{ ordinary: { refresh: 86_400 } }, /^ordinary: refresh_idle is longer than refresh$/],
    [{ roles: { staff: { refresh_idle: 90_000 } } }, /^roles\.staff: refresh_idle is longer than refresh$/],
  ])('%j is refused when it is loaded', (file, says) => {
    expect(() => readLifetimes(typeof file === 'string' ? file : JSON.stringify(file))).toThrow(says);
  });

  test("a client's own lifetimes win over those of the file", () => {
    expect(lifetimesOf({ access: 60 }, defaultLifetimes.device)).toEqual({
      ...defaultLifetimes.device,
      access: 60_000,
    });
  });
});
