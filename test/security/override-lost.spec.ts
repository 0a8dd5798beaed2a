import { randomUUID } from 'node:crypto';
import { isRefused, type Refusal } from '@rekey/kernel';
import { draftOverrideFor, markAddress, putAccount, requestOverrideFor } from '@rekey/management';
import { overrideTimes, readOverride } from '@rekey/staff';
import { OverrideStage } from './override-stage.js';
import { worked } from './staff-people.js';

const hour = 3_600_000;

/** What a person has, or had; `lost` is what staff attest. */
interface Case {
  has: string[];
  /** Of level 2 by a role. */
  strong?: true;
  lost?: string[];
  /** The proofs that still work; none when an override may be asked for. */
  by?: string;
}

const app = 'totp';
const cases: Record<string, Case> = {
  'no proof at all': { has: [] },
  'an address that was never confirmed': { has: ['unproven'] },
  'an address that is compromised': { has: ['mail', 'compromised'] },
  'a mailbox that works': { has: ['mail'], by: 'code' },
  'a mailbox that is lost': { has: ['mail'], lost: ['email'] },
  'a lost mailbox, and a phone that works': { has: ['mail', 'phone'], lost: ['email'], by: 'code' },
  'a lost mailbox, and a lost phone': { has: ['mail', 'phone'], lost: ['email', 'phone'] },
  'a lost mailbox, and backup codes': { has: ['mail', 'codes'], lost: ['email'], by: 'backup_code' },
  'backup codes for the second proof': { has: ['mail', 'codes'], strong: true, by: 'code or backup_code' },
  'lost backup codes for the second proof': {
    has: ['mail', 'codes'],
    strong: true,
    lost: ['backup_code'],
  },
  'backup codes that are all used': { has: ['mail', 'used codes'], strong: true },
  'an authenticator app': { has: ['mail', app], by: 'code or totp' },
  'a lost authenticator app': { has: ['mail', app], lost: [app] },
  'an authenticator app that wrong values have disabled': { has: ['mail', 'disabled app'] },
  'a lost app, and backup codes': { has: ['mail', app, 'codes'], lost: [app], by: 'code or backup_code' },
  'lost backup codes, and an app': { has: ['mail', app, 'codes'], lost: ['backup_code'], by: 'code or totp' },
  'a lost app, and lost backup codes': { has: ['mail', app, 'codes'], lost: [app, 'backup_code'] },
  'a lost app that is on hold': { has: ['mail', 'app on hold'], strong: true, lost: [app] },
};

/** Two members of staff attest what a person has lost: it proves nothing in that override, and changes nothing else. */
describe('an override for an account with', () => {
  const stage = new OverrideStage();
  beforeAll(() => stage.open());
  afterAll(() => stage.close());
  beforeEach(() => stage.clock.advance(1_000));
  const sql = (text: string, values: unknown[]) => stage.staff.sql.superuser.query(text, values);

  const bind = async (account: string, what: string) => {
    const [id, now] = [randomUUID(), new Date(stage.clock.now() - hour)];
    const isApp = what.includes(app) || what.includes('app');
    await sql(
      `insert into authenticators (id, account_id, kind, created_at, bound_at, secret_sealed, salt, disabled_at, counts_from)
       values ($1, $2, $3, $4, $4, $5, $6, $7, $8)`,
      [
        ...[id, account, isApp ? app : 'backup_code', now],
        ...(isApp ? ['\\x00', null] : [null, '\\x00']),
        what.includes('disabled') ? now : null,
        what.includes('hold') ? new Date(stage.clock.now() + hour) : null,
      ],
    );
    if (!isApp)
      await sql(`insert into backup_codes values ($1, '\\x00', $2)`, [
        id,
        what.includes('used') ? now : null,
      ]);
  };
  const make = async ({ has, strong }: Case): Promise<string> => {
    const id = `u-${randomUUID()}`;
    const addresses = [
      ...(has.includes('mail') ? [{ kind: 'email' as const, value: `${id}@a.example`, verified: true }] : []),
      ...(has.includes('unproven')
        ? [{ kind: 'email' as const, value: `${id}@b.example`, verified: false }]
        : []),
      ...(has.includes('phone')
        ? [{ kind: 'phone' as const, value: `+1202555${1000 + phones++}`, verified: true }]
        : []),
    ];
    const roles = strong ? ['vault'] : [];
    worked(
      await putAccount(stage.context, 'client:spec', {
        id,
        username: id,
        addresses,
        roles,
        status: 'active',
      }),
    );
    for (const what of has.filter((one) => /codes|app|totp/.test(one))) await bind(id, what);
    const [address] = (await proofsOf(id)).filter(({ kind }) => kind === 'email');
    if (has.includes('compromised'))
      await markAddress(stage.context, 'staff:x', {
        ...{ account: id, address: address?.id ?? '' },
        ...{ as: 'compromised', reason: 'a test' },
      });
    return id;
  };
  let phones = 0;
  const proofsOf = async (account: string): Promise<{ id: string; kind: string }[]> => {
    const { rows } = await sql(
      `select id, kind from addresses where account_id = $1 union all select id, kind from authenticators where account_id = $1`,
      [account],
    );
    return rows;
  };
  const request = async (account: string, lost: string[]): Promise<{ id: string } | Refusal> => {
    const { context, asker } = stage;
    const why = { evidence: 'passport', reason: 'lost everything' };
    const drafted = await draftOverrideFor(context, asker.session, { account, lost, ...why });
    if (isRefused(drafted)) return drafted;
    const response = asker.passkey.get(drafted.options) as never;
    return requestOverrideFor(context, asker.session, { text: drafted.text, response });
  };
  const refusal = (by: string) =>
    `The account can be recovered without an override, by ${by}. Name what the person has lost.`;

  test.each(Object.entries(cases))('%s', async (_what, of) => {
    const account = await make(of);
    const lost = (await proofsOf(account)).filter(({ kind }) => of.lost?.includes(kind));
    const made = await request(
      account,
      lost.map(({ id }) => id),
    );
    if (isRefused(made)) {
      expect([made.code, made.data.detail]).toEqual(['invalid_state', refusal(of.by ?? 'nothing')]);
      return;
    }
    expect(of.by).toBeUndefined();
    const view = await readOverride(stage.context, made.id);
    expect(view?.lost ?? []).toEqual(expect.arrayContaining(lost));
    expect(view?.lost?.length ?? 0).toBe(lost.length);
    // Also an address that is lost is told: its reader may be the person.
    const { rows: told } = await sql(
      `select distinct address_id as id from messages where account_id = $1 and change = 'override_requested'`,
      [account],
    );
    const toTell =
      of.has.includes('compromised') || of.has.includes('unproven') ? [] : await proofsOf(account);
    expect(told.map(({ id }) => id).sort()).toEqual(
      toTell.flatMap(({ id, kind }) => (['email', 'phone'].includes(kind) ? [id] : [])).sort(),
    );
    const { rows: audited } = await sql(
      `select jsonb_array_length(coalesce(detail->'lost', '[]')) as lost from audit_events where detail->>'override' = $1`,
      [made.id],
    );
    expect(audited).toEqual([{ lost: lost.length }]);
    const recovery = () => stage.recovery(account);
    expect(await stage.use(made.id, await recovery())).toBe('The override is requested.');
    await stage.approve(made.id);
    stage.clock.advance(overrideTimes.waitHours * hour);
    expect(await stage.use(made.id, await recovery())).toBe('done');
  });

  test('what is lost, as far as it is of the account', async () => {
    const [account, other] = [await make({ has: ['mail'] }), await make({ has: ['mail'] })];
    const [theirs] = await proofsOf(other);
    for (const [id, outcome] of [
      [theirs?.id, 'invalid_request'],
      [randomUUID(), 'invalid_request'],
    ])
      expect(await request(account, [id ?? ''])).toMatchObject({ code: outcome });
    expect(await request(`none-${randomUUID()}`, [])).toMatchObject({ code: 'not_found' });
  });

  test('a lost address, until it is confirmed again', async () => {
    const account = await make({ has: ['mail'] });
    const [address] = await proofsOf(account);
    const { id } = worked(await request(account, [address?.id ?? '']));
    await stage.approve(id);
    stage.clock.advance(overrideTimes.waitHours * hour);
    await sql('update addresses set binding = binding + 1 where id = $1', [address?.id]);
    expect(await stage.use(id, await stage.recovery(account))).toBe(refusal('code'));
  });

  test('lost codes, and no word of it that was not signed', async () => {
    const account = await make({ has: ['mail', 'codes'], strong: true });
    const codes = (await proofsOf(account)).find(({ kind }) => kind === 'backup_code');
    const { id } = worked(await request(account, [codes?.id ?? '']));
    await stage.approve(id);
    stage.clock.advance(overrideTimes.waitHours * hour);
    await stage.staff.sql.owner.query(
      `update override_requests set request = regexp_replace(request, '"lost":\\[[^\\]]*\\],', '') where id = $1`,
      [id],
    );
    expect(await stage.stateOf(id)).toEqual({ state: 'invalid', flaw: 'request' });
  });
});
