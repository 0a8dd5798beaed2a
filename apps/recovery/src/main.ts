import 'reflect-metadata';
import { abortableStart, runProcess } from '@rekey/http';
import { settingsOrExit } from '@rekey/settings';
import { runRecovery } from './app.js';

await runProcess('recovery', (ending) =>
  abortableStart(ending, () => runRecovery(settingsOrExit('recovery'))),
);
