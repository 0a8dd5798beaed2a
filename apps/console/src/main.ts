import 'reflect-metadata';
import { runProcess, unlessEnding } from '@rekey/http';
import { settingsOrExit } from '@rekey/settings';
import { startConsole } from './app.js';

await runProcess('console', (ending) => unlessEnding(ending, () => startConsole(settingsOrExit('console'))));
