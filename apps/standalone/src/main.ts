import 'reflect-metadata';
import { runProcess } from '@rekey/http';
import { settingsOrExit } from '@rekey/settings';
import { startStandalone } from './app.js';
import { welcome } from './welcome.js';

await runProcess(
  'standalone',
  (ending) => startStandalone(settingsOrExit('standalone'), { ending }),
  (running) => process.stdout.write(welcome(running)),
);
