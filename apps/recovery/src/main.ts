import 'reflect-metadata';
import { runProcess, unlessEnding } from '@rekey/http';
import { settingsOrExit } from '@rekey/settings';
import { startRecovery } from './app.js';

await runProcess('recovery', (ending) =>
  unlessEnding(ending, () => startRecovery(settingsOrExit('recovery'))),
);
