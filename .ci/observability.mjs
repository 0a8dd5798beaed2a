import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parse, stringify } from 'yaml';

/** The parts of .ci/observability that read or write YAML and JSON. */

const folder = 'docker/observability';
const yaml = (name) => parse(readFileSync(`${folder}/${name}`, 'utf8'));
const print = (text) => process.stdout.write(`${text}\n`);

/** Every expression of the dashboard, with Grafana's variable replaced as Grafana would. */
const dashboard = () =>
  JSON.parse(readFileSync(`${folder}/grafana/rekey.json`, 'utf8')).panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => ({ name: title, expr: expr.replaceAll('$__rate_interval', '1m') })),
  );

const rules = () =>
  yaml('alerts.yaml')
    .groups.flatMap(({ rules }) => rules)
    .map(({ alert, record, expr }) => ({ name: alert ?? record, isAlert: alert !== undefined, expr }));

/** Panels and rules without a value: nothing is wrong, and the demo neither signs in with a password nor refreshes a token. */
const quiet = [
  'Alerts',
  'Issuer, as recovery reaches it',
  'Why messages are not sent',
  'Limits that were exceeded',
  'Refresh tokens presented',
  'Sign-ins',
  'process:http_request_errors:increase1h',
];

async function get(url, path) {
  const response = await fetch(url + path);
  const { status, error, data } = await response.json();
  if (status !== 'success') throw new Error(`${path}: ${error}`);
  return data;
}

/** Asks until there is no offence, for as long as a slow machine may take; then fails with those that are left. */
async function until(offencesNow) {
  let offences = [];
  for (let tries = 0; tries < 60; tries++) {
    offences = await offencesNow();
    if (offences.length === 0) return;
    await pause(500);
  }
  for (const offence of offences) print(offence);
  process.exit(1);
}

const commands = {
  async ports() {
    const servers = Array.from({ length: 5 }, () => createServer().listen(0, '127.0.0.1'));
    await pause(100);
    print(servers.map((server) => server.address().port).join(' '));
    for (const server of servers) server.close();
  },

  /** The dashboard's expressions as recording rules, which promtool parses. */
  expressions() {
    const recorded = dashboard().map(({ expr }, at) => ({ record: `dashboard:${at}`, expr }));
    print(stringify({ groups: [{ name: 'dashboard', rules: recorded }] }));
  },

  /** The configuration with fixed targets instead of Docker's DNS, and without waiting. "npm start" has the courier in recovery. */
  config(token, recovery, issuer, console) {
    const config = yaml('prometheus.yaml');
    const [{ dns_sd_configs, relabel_configs, ...scrape }] = config.scrape_configs;
    const targets = { recovery, issuer, console, courier: recovery };
    if (dns_sd_configs[0].names.join() !== Object.keys(targets).join())
      throw new Error(`prometheus.yaml asks for ${dns_sd_configs[0].names}`);
    print(
      stringify({
        ...config,
        global: { scrape_interval: '1s', evaluation_interval: '1s' },
        rule_files: [resolve(folder, 'alerts.yaml')],
        scrape_configs: [
          {
            ...scrape,
            authorization: { type: 'Bearer', credentials_file: token },
            static_configs: Object.entries(targets).map(([process, port]) => ({
              targets: [`localhost:${port}`],
              labels: { process },
            })),
          },
        ],
      }),
    );
  },

  async targets(url) {
    await until(async () => {
      const { activeTargets } = await get(url, '/api/v1/targets');
      const bad = activeTargets.filter(({ health }) => health !== 'up');
      if (activeTargets.length !== 4) return [`${activeTargets.length} targets, not 4`];
      return bad.map(({ labels, lastError }) => `${labels.process} is not up: ${lastError}`);
    });
    print('all targets are up');
  },

  /** Every rule is healthy and no alert fires (a slow machine may have one pending); every expression of dashboard and recording rules has a value, but quiet ones. */
  async evaluate(url) {
    const expressions = [...dashboard(), ...rules().filter(({ isAlert }) => !isAlert)];
    const empty = new Set();
    await until(async () => {
      empty.clear();
      const { groups } = await get(url, '/api/v1/rules');
      const loaded = groups.flatMap(({ rules }) => rules);
      const offences = loaded
        .filter(({ health, state }) => health !== 'ok' || state === 'firing')
        .map(
          ({ name, health, state, lastError }) => `${name} is ${health} ${state ?? ''} ${lastError ?? ''}`,
        );
      if (loaded.length !== rules().length)
        offences.push(`${loaded.length} rules are loaded, not ${rules().length}`);
      for (const { name, expr } of expressions) {
        const { result } = await get(url, `/api/v1/query?query=${encodeURIComponent(expr)}`);
        if (result.length > 0) continue;
        empty.add(name);
        if (!quiet.includes(name)) offences.push(`no value: ${name}: ${expr}`);
      }
      return offences;
    });
    print(
      `${rules().length} rules and ${expressions.length} expressions evaluated; without a value: ${[...empty].join(', ')}`,
    );
  },
};

const [command, ...rest] = process.argv.slice(2);
await commands[command](...rest);
