import 'reflect-metadata';
import { abortableStart, runProcess } from '@rekey/http';
import { settingsOrExit } from '@rekey/settings';
import { startConsole } from './app.js';

await runProcess('console', (ending) =>
  abortableStart(ending, () => startConsole(settingsOrExit('console'))),
);
