import 'reflect-metadata';
import { abortableStart, runProcess } from '@rekey/http';
import { settingsOrExit } from '@rekey/settings';
import { runCourier } from './app.js';

await runProcess('courier', (ending) => {
  const settings = settingsOrExit('courier');
  return abortableStart(ending, () => runCourier(settings, { port: settings.ports.courier }));
});
