import 'reflect-metadata';
import { AuditSealer } from '@rekey/audit';
import { abortableStart, runProcess } from '@rekey/http';
import { settingsOrExit } from '@rekey/settings';
import { runCourier } from '../../../apps/courier/src/app.js';

/**
 * A courier whose sealing can be switched off and on again by SIGUSR2, which changes nothing else: with and without are compared in one
 * process, on one database. It starts with sealing.
 */
const { seal } = AuditSealer.prototype;
let isOn = true;
process.on('SIGUSR2', () => {
  isOn = !isOn;
});
AuditSealer.prototype.seal = function (this: AuditSealer) {
  return isOn ? seal.call(this) : Promise.resolve(0);
};

await runProcess('courier', (ending) => {
  const settings = settingsOrExit('courier');
  return abortableStart(ending, () => runCourier(settings, { port: settings.ports.courier }));
});
