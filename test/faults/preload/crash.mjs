// Kills its own process at one step of a request: before a statement, once it is on the wire, once it is answered. Armed by
// the first request to CRASH_PATH. CRASH_AT is the number of a step or its name; every step is named on stderr, so that a run
// without it tells what there is.
import { subscribe } from 'node:diagnostics_channel';
import { writeSync } from 'node:fs';
import pg from 'pg';

const { CRASH_PATH: path = '', CRASH_AT: at = '' } = process.env;
let armed = false;
let step = 0;

function reached(what) {
  if (!armed) return;
  step++;
  writeSync(2, `step ${step}: ${what}\n`);
  if (at === what || at === String(step)) process.kill(process.pid, 'SIGKILL');
}

subscribe('http.server.request.start', ({ request }) => {
  if (request.url?.endsWith(path)) armed = true;
});
subscribe('undici:request:bodySent', () => reached('the issuer is asked'));
subscribe('undici:request:headers', () => reached('the issuer answers'));
subscribe('http.server.response.finish', ({ request }) => {
  if (request.url?.endsWith(path)) reached('the answer is sent');
});

const { query } = pg.Client.prototype;
pg.Client.prototype.query = function (config, ...rest) {
  // Without the digest of its text that a prepared statement has.
  const name = config?.name?.replace(/_[0-9a-f]{8}$/, '') ?? String(config?.text ?? config).toLowerCase();
  reached(`before ${name}`);
  const last = rest.at(-1);
  if (typeof last === 'function')
    rest[rest.length - 1] = (...outcome) => {
      reached(`after ${name}`);
      last(...outcome);
    };
  const result = query.call(this, config, ...rest);
  reached(`${name} is on the wire`);
  if (typeof last === 'function') return result;
  return result.then((rows) => {
    reached(`after ${name}`);
    return rows;
  });
};
