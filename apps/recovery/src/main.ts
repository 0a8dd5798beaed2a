import 'reflect-metadata';
import { abortableStart, runProcess } from '@rekey/http';
import { settingsOrExit } from '@rekey/settings';
import { startRecovery } from './app.js';

await runProcess('recovery', (ending) =>
  abortableStart(ending, () => startRecovery(settingsOrExit('recovery'))),
);
