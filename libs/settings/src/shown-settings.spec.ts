import { loadSettings } from './index.js';
import { shownSettings } from './shown-settings.js';
import type { Variable } from './variable.js';
import { type VariableName, variables } from './variables.js';

const planted = 'hunter2-and-more';
const names = Object.keys(variables) as VariableName[];
const isSecret = (name: VariableName) => (variables[name] as Variable).secret === true;
const shownOf = (name: VariableName, text: string, file?: string) =>
  shownSettings(new Map([[name, { text, file }]]), 'standalone').find((each) => each.name === name);

describe('the settings that staff see', () => {
  // Whatever a schema may allow one day: the value is planted as it is.
  test.each([
    ['user info', `https://rekey:${planted}@collector.example/v1`, 'https://collector.example/v1'],
    ['a user alone', `https://${planted}@collector.example/v1`, 'https://collector.example/v1'],
    ['a password with a comma', `https://rekey:a,${planted}@one.example`, 'https://one.example'],
    [
      'the second of two',
      `https://a.example,https://b:${planted}@c.example`,
      'https://a.example,https://c.example',
    ],
    ['another scheme', `redis://:${planted}@redis.example:6379/1`, 'redis://redis.example:6379/1'],
    ['a query', `https://a.example/b?key=${planted}`, 'https://a.example/b?…'],
    [
      'a query with a comma',
      `https://a.example/b?key=1,${planted}, https://c.example`,
      'https://a.example/b?…, https://c.example',
    ],
    ['a fragment', `https://a.example/#${planted}`, 'https://a.example/?…'],
  ])('no setting shows a secret in its URL: %s', (_what, text, expected) => {
    for (const name of names) {
      const shown = shownOf(name, text);
      expect([name, JSON.stringify(shown).includes(planted)]).toEqual([name, false]);
      expect([name, shown?.value]).toEqual([name, isSecret(name) ? undefined : expected]);
    }
  });

  test('a secret shows neither value, nor default, nor length, and where it comes from', () => {
    const secrets = names.filter(isSecret);
    expect(secrets.length).toBeGreaterThan(10);
    for (const name of secrets) {
      const { meaning } = variables[name];
      expect(shownOf(name, planted)).toEqual({ name, meaning, from: 'environment', secret: true });
      expect(shownOf(name, planted, '/run/secrets/one')).toEqual({
        name,
        meaning,
        from: 'file',
        secret: true,
      });
      expect(shownSettings(new Map(), 'standalone')).toContainEqual({
        name,
        meaning,
        from: 'default',
        secret: true,
      });
    }
  });

  test('what is set is told from what is a default, for the settings that the process reads', () => {
    const { inForce } = loadSettings(
      {
        DATABASE_URL: `postgres://rekey:${planted}@localhost/rekey`,
        LOG_LEVEL: 'warn',
        MANAGEMENT_CLIENT_SECRET: `${planted}`,
        CONSOLE_URL: 'http://localhost:4000/',
      },
      'console',
    );
    const shown = new Map(inForce.shown().map((each) => [each.name, each]));
    expect(shown.get('LOG_LEVEL')).toMatchObject({ value: 'warn', from: 'environment' });
    expect(shown.get('CONSOLE_URL')).toMatchObject({ value: 'http://localhost:4000/', from: 'environment' });
    expect(shown.get('NODE_ENV')).toMatchObject({ value: 'development', from: 'default' });
    expect(shown.get('CONSOLE_PORT')).toMatchObject({ value: '3002', from: 'default' });
    expect(shown.get('ISSUER_URL')).toMatchObject({
      unset: expect.stringContaining('3001'),
      from: 'default',
    });
    expect(shown.get('CORS_ORIGINS')).toBeUndefined();
    expect([shown.has('SMTP_URL'), shown.has('MANAGEMENT_CLIENT_SECRET')]).toEqual([false, false]);
    expect(JSON.stringify([...shown])).not.toContain(planted);
  });
});
