import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { auditEventNames, auditOutcomes } from '@rekey/audit';
import { messageKinds } from '@rekey/kernel';
import { dropReasons, messageViewSchema } from '@rekey/outbox';
import { boundKinds, proofKinds } from '@rekey/proofs';
import { assistViewSchema, recoveryTimelineSchema, states } from '@rekey/recovery';
import { overrideStates, staffRoles } from '@rekey/staff';
import { causeNames, factNames, remedies } from '@rekey/tokens';
import { overrideResponse } from '../staff/overrides.schema.js';
import { accountViewResponse, settingsResponse } from '../staff/reads/reads.schema.js';
import { memberResponse } from '../staff/staff.schema.js';

const console_ = join(import.meta.dirname, '../..');
const readJson = (path: string) => JSON.parse(readFileSync(join(console_, path), 'utf8'));

const { shape: assist } = assistViewSchema;
const { shape: account } = accountViewResponse;
const { shape: address } = account.addresses.element;
const { shape: authenticator } = account.authenticators.element;
const { shape: setting } = settingsResponse.shape.settings.element;

/** The codes of every problem that a route for staff may answer with, by the file that is what the routes say. */
function problemCodes(): string[] {
  const codes = new Set<string>();
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const { code } = Object((value as { properties?: object }).properties) as { code?: { enum?: string[] } };
    for (const each of code?.enum ?? []) codes.add(each);
    Object.values(value).forEach(walk);
  };
  for (const [path, route] of Object.entries(readJson('openapi.generated.json').paths))
    if (path.startsWith('/staff')) walk(route);
  return [...codes];
}

/** Names that the server says, by the prefix of their texts. */
const names: [prefix: string, names: readonly string[]][] = [
  ['event', auditEventNames],
  ['outcome', auditOutcomes],
  ['actor', ['person', 'system', 'client', 'staff']],
  ['token-cause', causeNames],
  ['remedy', remedies],
  ['evidence', factNames],
  ['state', states],
  ['missing', recoveryTimelineSchema.shape.missing.unwrap().shape.reason.options],
  ['method', proofKinds],
  ['message', messageKinds],
  ['delivery', messageViewSchema.shape.state.options],
  ['reason', dropReasons],
  ['kind', [...address.kind.options, ...messageViewSchema.shape.channel.unwrap().options, ...boundKinds]],
  ['provenance', authenticator.provenance.unwrap().options],
  ['status', account.status.options],
  ['override', overrideStates],
  ['override.now', overrideStates],
  ['override.flaw', overrideResponse.shape.flaw.unwrap().options],
  ['assist', assist.state.options],
  ['assist.now', assist.state.options],
  ['assist.ended-by', assist.ended_by.unwrap().options],
  ['member', memberResponse.shape.state.options],
  ['settings.from', setting.from.options],
  ['problem', problemCodes()],
  ['role', staffRoles],
  ['role-may', staffRoles],
];

describe.each(['en', 'zh-hans'])('the console in %s', (language) => {
  test.each(names)('has words for each %s', (prefix, all) => {
    const texts = readJson(`web/src/language/${language}.json`);
    expect(all.length).toBeGreaterThan(0);
    expect(all.filter((name) => !texts[`${prefix}.${name}`])).toEqual([]);
  });
});
