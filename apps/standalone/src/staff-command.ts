import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { openDatabase } from '@rekey/database';
import { whatToDo } from '@rekey/http';
import { asTyped, isRefused, systemClock } from '@rekey/kernel';
import { type Settings, settingsOrExit } from '@rekey/settings';
import {
  changeMember,
  consolePlace,
  inviteStaff,
  isStaffRole,
  listMembers,
  type StaffContext,
  staffRoles,
} from '@rekey/staff';
import { runningUrls } from './keys/embedded-url.js';

/** `npm run console -- invite | list | disable`: who works at the console, for an operator who has the database and the keyring. */

const say = (line: string) => process.stdout.write(`${line}\n`);
const fail = (message: string) => {
  process.stderr.write(`rekey staff: ${message}\n`);
  process.exitCode = 1;
};
const usage = `usage: ${asTyped('staff', `invite NAME --role ${staffRoles.join('|')} [--reason TEXT]`)}
       ${asTyped('staff', 'list')}
       ${asTyped('staff', 'disable ID [--reason TEXT]')}`;

interface Given {
  words: string[];
  role: string;
  reason: string;
}

async function invite(context: StaffContext, { words, role, reason }: Given): Promise<void> {
  const name = words.join(' ').trim();
  if (!isStaffRole(role) || !/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]{1,100}$/u.test(name)) return fail(usage);
  const invited = await inviteStaff(context, 'system', { name, role, reason });
  if (isRefused(invited)) return fail(invited.code);
  say(`${name} can register a passkey as ${role}, once, until ${invited.expiresAt.toISOString()}:`);
  say(invited.url);
}

async function list(context: StaffContext, { words }: Given): Promise<void> {
  if (words.length > 0) return fail(usage);
  const members = await listMembers(context);
  if (members.length === 0)
    say(`nobody yet; "${asTyped('staff', 'invite NAME --role admin')}" invites somebody`);
  for (const { id, name, role, state, last_seen_at: seen } of members)
    say(`${id}  ${role.padEnd(9)}${state.padEnd(10)}${name}${seen ? `, seen ${seen.toISOString()}` : ''}`);
}

async function disable(context: StaffContext, { words, reason }: Given): Promise<void> {
  const [id = '', ...more] = words;
  if (id === '' || more.length > 0) return fail(usage);
  const changed = await changeMember(context, 'system', { id, disabled: true, reason });
  if (isRefused(changed))
    return fail(changed.code === 'not_found' ? `nobody has the id ${id}` : changed.code);
  say(`${changed.name} is disabled, and signed out everywhere`);
}

async function onDatabase(settings: Settings, work: (context: StaffContext) => Promise<void>): Promise<void> {
  const url = settings.databaseUrl ?? runningUrls(settings.dataDir).url;
  const database = await openDatabase({ url, name: 'staff', poolSize: 2 });
  const place = consolePlace(settings.urls.console, settings.production);
  try {
    await work({ database, keyring: settings.keyring, clock: systemClock, place });
  } finally {
    await database.close();
  }
}

const verbs: Record<string, (context: StaffContext, given: Given) => Promise<void>> = {
  invite,
  list,
  disable,
};

function readGiven(): { verb: string; given: Given } | undefined {
  try {
    const options = { role: { type: 'string' }, reason: { type: 'string' } } as const;
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    const [verb = '', ...words] = positionals;
    const { role = '', reason = 'by the operator' } = values;
    return Object.hasOwn(verbs, verb) ? { verb, given: { words, role, reason } } : undefined;
  } catch {
    return undefined;
  }
}

const asked = readGiven();
const act = asked && verbs[asked.verb];
if (!asked || !act) fail(usage);
else
  await onDatabase(settingsOrExit('staff'), (context) => act(context, asked.given)).catch((fault: unknown) =>
    fail(whatToDo(fault)),
  );
