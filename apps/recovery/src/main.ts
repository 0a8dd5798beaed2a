import 'reflect-metadata';
import { runProcess } from '@rekey/http';
import { settingsOrExit } from '@rekey/settings';
import { startRecovery } from './app.js';

await runProcess('recovery', () => startRecovery(settingsOrExit('recovery')));
