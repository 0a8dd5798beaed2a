import { openDatabase } from '@rekey/database';
import { abortableStart, Resources, type Running } from '@rekey/http';
import { type Clock, newSecret, systemClock } from '@rekey/kernel';
import type { Settings } from '@rekey/settings';
import { consolePlace, type Invited, inviteFirstAdmin } from '@rekey/staff';
import { openTelemetry, type Telemetry } from '@rekey/telemetry';
import { runConsole } from '../../console/src/app.js';
import { runCourier, type SweepPeriods } from '../../courier/src/app.js';
import { runIssuer } from '../../issuer/src/app.js';
import { runRecovery } from '../../recovery/src/app.js';
import { seedDemoAccounts } from './demo-accounts.js';
import { putExampleClients } from './example/clients.js';
import { exampleRoutes } from './example/example.js';
import { type Mailbox, startMailbox } from './mailbox/mailbox.js';
import { startEmbeddedPostgres } from './postgres.js';
import { prepareAudited } from './prepare-audited.js';

export type { SweepPeriods } from '../../courier/src/app.js';

export interface Standalone {
  settings: Settings;
  mailbox: Mailbox | undefined;
  /** Of the first admin, if it was made at this start. */
  invitation: Invited | undefined;
  /** PostgreSQL is the embedded one. */
  embedded: boolean;
  /** Resolves with the reason when the embedded PostgreSQL has ended and cannot be started again. */
  fails: Promise<unknown>;
  close(): Promise<void>;
}

/**
 * All of Rekey in one process: PostgreSQL unless there is one, migrations, the development mailbox unless mail and SMS have
 * somewhere to go, and the four apps. Closes in the opposite order, so that what is under way can finish.
 *
 * @param options.ending aborted while it starts: what runs already is closed
 * @param options.sweepPeriods in milliseconds, where they are not the usual ones
 * @param options.invites in development: makes an invitation for the first admin of the console, when nobody can sign in there
 */
export async function runStandalone(
  given: Settings,
  {
    ending,
    sweepPeriods,
    invites = false,
    ...options
  }: {
    clock?: Clock;
    ending?: AbortSignal;
    sweepPeriods?: Partial<SweepPeriods> | undefined;
    invites?: boolean;
  } = {},
): Promise<Standalone> {
  const resources = new Resources();
  const part = <Part>(start: () => Promise<Part>) => abortableStart(ending, start);
  const keep = <Part>(start: () => Promise<Part>, close: (part: Part) => Promise<void>): Promise<Part> =>
    resources.open(() => part(start), close);
  const clock = options.clock ?? systemClock;
  const apiSecret = newSecret();
  let fail: (fault: unknown) => void = () => undefined;
  const fails = new Promise<unknown>((resolve) => {
    fail = resolve;
  });
  try {
    // Never left half way: it is a process of its own, which must be stopped.
    const postgres = given.databaseUrl
      ? undefined
      : await resources.open(
          () =>
            startEmbeddedPostgres(given.dataDir, {
              ended: () => say('the embedded PostgreSQL has ended, and is started again'),
              runsAgain: () => say('the embedded PostgreSQL runs again, with its data'),
              lost: fail,
            }),
          (server) => server.stop(),
        );
    const url = given.databaseUrl ?? postgres?.url ?? '';
    const ownerUrl = given.databaseUrl ? given.databaseOwnerUrl : postgres?.ownerUrl;
    await part(() => prepareAudited({ url, ownerUrl }, clock));
    const needsMailbox =
      (given.mail === 'smtp' && given.smtpUrls.length === 0) || (given.sms === 'twilio' && !given.twilio);
    const mailbox = needsMailbox
      ? await keep(
          () =>
            startMailbox({
              port: given.ports.mailbox,
              production: given.production,
              register: (fastify) => exampleRoutes(fastify, { settings: given, clock, apiSecret }),
            }),
          (box) => box.close(),
        )
      : undefined;
    const settings: Settings = {
      ...given,
      databaseUrl: url,
      smtpUrls: given.smtpUrls.length > 0 ? given.smtpUrls : [mailbox?.smtpUrl ?? ''],
      twilio: given.twilio ?? mailbox?.twilio,
      // The example page is an app of another origin, as yours will be.
      corsOrigins: [...given.corsOrigins, ...(mailbox ? [mailbox.url] : [])],
    };
    const telemetryOf = (app: string, joined?: Telemetry) =>
      keep(
        () => openTelemetry({ app, tracing: settings.tracing, besideCourier: true, with: joined }),
        (telemetry) => telemetry.close(),
      );
    const recovery = await telemetryOf('recovery');
    // The courier has no port here: its metrics are on that of the recovery API.
    const courier = await telemetryOf('courier', recovery);
    const issuerTelemetry = await telemetryOf('issuer');
    const consoleTelemetry = await telemetryOf('console');
    const invitation = given.production
      ? undefined
      : await part(() => seed(settings, { clock, apiSecret, invites }));
    const start = <App extends Running>(app: () => Promise<App>): Promise<App> =>
      keep(app, (running) => running.close());
    const issuer = await start(() => runIssuer(settings, { ...options, telemetry: issuerTelemetry }));
    await start(() => runConsole(settings, { ...options, telemetry: consoleTelemetry }));
    await start(() => runCourier(settings, { ...options, telemetry: courier, periods: sweepPeriods }));
    // Its public URL may lead through a proxy that is not there yet, or not from here.
    const issuerAt = { url: issuer.url, certFile: settings.tls?.certFile };
    await start(() => runRecovery(settings, { ...options, telemetry: recovery, issuerAt }));
    const embedded = postgres !== undefined;
    return { settings, mailbox, invitation, embedded, fails, close: () => resources.close() };
  } catch (fault) {
    await resources.close().catch(() => undefined);
    throw fault;
  }
}

const say = (what: string): void => void process.stderr.write(`rekey standalone: ${what}\n`);

async function seed(
  settings: Settings,
  { clock, apiSecret, invites }: { clock: Clock; apiSecret: string; invites: boolean },
): Promise<Invited | undefined> {
  const database = await openDatabase({ url: settings.databaseUrl ?? '', name: 'seed', poolSize: 2 });
  try {
    await seedDemoAccounts(database, settings.keyring, clock.now());
    await putExampleClients({ database, keyring: settings.keyring }, clock.now(), apiSecret);
    if (!invites) return undefined;
    const place = consolePlace(settings.urls.console, settings.production);
    return await inviteFirstAdmin({ database, keyring: settings.keyring, clock, place });
  } finally {
    await database.close();
  }
}
