import { markMail } from '../../flows/mark-address.js';
import type { Cell, Stage } from './stage.js';

/** A change between the moment of a proof and the moment of its use. */
export type Fact = (stage: Stage, cell: Cell) => Promise<unknown>;

const another = (cell: Cell) => `${cell.id}-other`;
const phoneOnly = (phone: string) => [{ kind: 'phone', value: phone, verified: true }];

export const facts = {
  'nothing happens': async () => undefined,
  'address removed': (stage, cell) => stage.put(cell, { addresses: phoneOnly(stage.who.phoneOf(cell.id)) }),
  'address no longer confirmed': (stage, cell) =>
    stage.put(cell, {
      addresses: [
        { kind: 'email', value: cell.mail, verified: false },
        ...phoneOnly(stage.who.phoneOf(cell.id)),
      ],
    }),
  async 'address moved to another account'(stage, cell) {
    await stage.put(cell, { addresses: phoneOnly(stage.who.phoneOf(cell.id)) });
    await stage.putNew(another(cell), [{ kind: 'email', value: cell.mail, verified: true }]);
  },
  async 'account disabled and enabled'(stage, cell) {
    await stage.put(cell, { status: 'disabled' });
    await stage.put(cell, { status: 'active' });
  },
  async 'account deleted and made anew'(stage, cell) {
    await stage.remove(cell);
    await stage.putNew(cell.id, [{ kind: 'email', value: cell.mail, verified: true }], { roles: ['admin'] });
  },
  'level raised': (stage, cell) => stage.put(cell, { aal: 2 }),
  'role raised': (stage, cell) => stage.put(cell, { roles: ['staff'] }),
  async 'app bound'(stage, cell) {
    const session = await stage.session(cell);
    expect((await stage.confirmApp(session, await stage.beginApp(session))).status).toBe(204);
  },
  async 'backup codes removed'(stage, cell) {
    const session = await stage.session(cell);
    const id = await stage.authenticatorOf(cell, 'backup_code');
    expect((await stage.own('DELETE', `authenticators/${id}`, { bearer: session })).status).toBe(204);
  },
  // Forges the effect of a hundred wrong codes in a row, which would take days.
  'backup codes suspended': (stage, cell) =>
    stage.rekey.sql(
      `update authenticators set disabled_at = now() where account_id = $1 and kind = 'backup_code'`,
      [cell.id],
    ),
  'password put': (stage, cell) => stage.put(cell, { password: 'what support has chosen for them' }),
  'another recovery stopped': (stage, cell) => stage.stopAnother(cell),
  'client deleted': (stage, cell) => stage.removeClient(cell),
  'client made confidential': (stage, cell) => stage.putClient(cell, { type: 'confidential' }),
  'redirect removed from the client': (stage, cell) =>
    stage.putClient(cell, { redirect_uris: ['https://app.example/other'] }),
  'signing key replaced': (stage) => stage.replaceSigningKeys(),
  'address compromised': (stage, cell) => markMail(stage.rekey, cell.id),
  async 'address compromised and restored'(stage, cell) {
    await markMail(stage.rekey, cell.id);
    await markMail(stage.rekey, cell.id, 'restored');
  },
} satisfies Record<string, Fact>;

export type FactName = keyof typeof facts;
