import 'reflect-metadata';
import { runProcess } from '@rekey/http';
import { settingsOrExit } from '@rekey/settings';
import { runStandalone } from './app.js';
import { welcome } from './welcome.js';

await runProcess(
  'standalone',
  (ending) => runStandalone(settingsOrExit('standalone'), { ending, invites: true }),
  (running) => process.stdout.write(welcome(running)),
);
