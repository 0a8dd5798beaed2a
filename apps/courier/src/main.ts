import 'reflect-metadata';
import { runProcess, unlessEnding } from '@rekey/http';
import { settingsOrExit } from '@rekey/settings';
import { startCourier } from './app.js';

await runProcess('courier', (ending) => {
  const settings = settingsOrExit('courier');
  return unlessEnding(ending, () => startCourier(settings, { port: settings.ports.courier }));
});
