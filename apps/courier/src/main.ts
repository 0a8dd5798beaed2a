import 'reflect-metadata';
import { runProcess } from '@rekey/http';
import { settingsOrExit } from '@rekey/settings';
import { startCourier } from './app.js';

await runProcess('courier', () => {
  const settings = settingsOrExit('courier');
  return startCourier(settings, { port: settings.ports.courier });
});
