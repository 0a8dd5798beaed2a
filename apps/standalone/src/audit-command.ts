import 'reflect-metadata';
import { asTyped } from '@rekey/kernel';
import { UsageError } from './audit/usage-error.js';

/** `npm run audit -- keys | export | verify | prove`: the last two take files alone, on any machine. */

const verbs: Record<string, (given: string[]) => Promise<void>> = {
  keys: async (given) => (await import('./audit/on-database.js')).showKeys(given),
  export: async (given) => (await import('./audit/on-database.js')).exportTo(given),
  verify: async (given) => (await import('./audit/on-files.js')).verifyFile(given),
  prove: async (given) => (await import('./audit/on-files.js')).proveFrom(given),
};

const usage = `usage: ${asTyped('audit', '…')}
  keys                                    the keys whose signatures are to be believed, a line each
  keys --status                           which keys have signed the heads that the log has
  export FILE                             the whole log as it is now; - for the standard output
  verify FILE --keys FILE [--anchors FILE]… [--json]
                                          says what was altered in an export or a proof, and ends with 1 if anything was
  prove FILE --keys FILE --account ID     proves from an export which events there are about an account,
             … --event ID                 that one event is in the log,
             … --since FILE               or that the log only grew since a head that was signed earlier`;

const fail = (message: string) => {
  process.stderr.write(`rekey audit: ${message}\n`);
  process.exitCode = 1;
};

const [verb = '', ...given] = process.argv.slice(2);
const act = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined;
if (act)
  await act(given).catch(async (fault: unknown) => {
    if (fault instanceof UsageError) process.stderr.write(`${fault.message}\n${usage}\n`);
    else fail((await import('@rekey/http')).whatToDo(fault));
    process.exitCode = fault instanceof UsageError ? 64 : 1;
  });
else {
  process.stderr.write(`${usage}\n`);
  process.exitCode = 64;
}
