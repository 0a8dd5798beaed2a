import { randomUUID } from 'node:crypto';
import { isRefused, uuidv7 } from '@rekey/kernel';
import { type ManagementContext, putAccount, useOverrideIn } from '@rekey/management';
import { defaultPolicy } from '@rekey/recovery';
import {
  approveOverride,
  draftApproval,
  draftOverride,
  overrideTimes,
  readOverride,
  requestOverride,
  type StaffContext,
} from '@rekey/staff';
import { type Person, StaffPeople, worked } from './staff-people.js';

const hour = 3_600_000;

/** Two members of staff, and accounts that nothing recovers without them: on a database, without HTTP. */
export class OverrideStage {
  readonly staff = new StaffPeople();
  readonly clock = this.staff.clock;
  context!: StaffContext & ManagementContext;
  asker!: Person;
  approver!: Person;

  async open(): Promise<void> {
    await this.staff.open();
    const policy = { ...defaultPolicy, roles: { vault: 2 as const } };
    this.context = { ...this.staff.context, policy, strongRoles: ['vault'] };
    this.asker = await this.staff.person('support');
    this.approver = await this.staff.person('security');
  }

  close = (): Promise<void> => this.staff.close();

  /** An account with addresses that are not enough by the policy. */
  async account(id = `u-${randomUUID()}`): Promise<string> {
    const addresses = [{ kind: 'email' as const, value: `${id}@example.com`, verified: true }];
    worked(
      await putAccount(this.context, 'client:spec', { id, addresses, roles: ['vault'], status: 'active' }),
    );
    return id;
  }

  async generationOf(account: string): Promise<string> {
    const { rows } = await this.staff.sql.superuser.query('select generation from accounts where id = $1', [
      account,
    ]);
    return rows[0].generation;
  }

  async requested(account: string): Promise<string> {
    const { context, asker } = this;
    const generation = await this.generationOf(account);
    const about = { account, generation, evidence: 'passport', reason: 'lost everything' };
    const { text, options } = await draftOverride(context, asker.session, about);
    const response = asker.passkey.get(options) as never;
    return worked(await requestOverride(context, asker.session, { text, response })).id;
  }

  async approve(id: string, by = this.approver): Promise<void> {
    const drafted = worked(await draftApproval(this.context, by.session, id));
    const response = by.passkey.get(drafted.options) as never;
    worked(await approveOverride(this.context, by.session, { text: drafted.text, response }));
  }

  async approved(account: string): Promise<string> {
    const id = await this.requested(account);
    await this.approve(id);
    return id;
  }

  async usable(account: string): Promise<string> {
    const id = await this.approved(account);
    this.clock.advance(overrideTimes.waitHours * hour);
    return id;
  }

  /** A recovery as staff start it. */
  async recovery(account: string): Promise<string> {
    const now = this.clock.now();
    const id = uuidv7(now);
    await this.staff.sql.superuser.query(
      `insert into recoveries (id, state, created_at, idle_expires_at, expires_at, identifier_digests, client_id, resend_at, guess_key,
         account_id, generation, assist_id)
       select $1, 'proving', $2, $3, $3, '{}', 'default', $2, '\\x00', a.id, a.generation, gen_random_uuid() from accounts a where a.id = $4`,
      [id, new Date(now), new Date(now + hour), account],
    );
    return id;
  }

  /** @returns `done`, or the refusal's words */
  async use(id: string, recovery: string): Promise<string> {
    const { context, asker } = this;
    const outcome = await useOverrideIn(context, asker.session, { id, recovery, reason: 'a test' });
    return isRefused(outcome) ? (outcome.data.detail ?? outcome.code) : 'done';
  }

  async stateOf(id: string): Promise<{ state?: string; flaw?: string; approved_by?: object }> {
    const { state, flaw, approved_by } = worked(
      (await readOverride(this.context, id)) ?? ({} as never),
    ) as Awaited<ReturnType<OverrideStage['stateOf']>>;
    return {
      ...(state ? { state } : {}),
      ...(flaw ? { flaw } : {}),
      ...(approved_by ? { approved_by } : {}),
    };
  }
}
