import 'reflect-metadata';
import { abortableStart, runProcess } from '@rekey/http';
import { settingsOrExit } from '@rekey/settings';
import { runConsole } from './app.js';

await runProcess('console', (ending) => abortableStart(ending, () => runConsole(settingsOrExit('console'))));
