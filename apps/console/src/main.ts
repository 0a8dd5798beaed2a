import 'reflect-metadata';
import { runProcess } from '@rekey/http';
import { settingsOrExit } from '@rekey/settings';
import { startConsole } from './app.js';

await runProcess('console', () => startConsole(settingsOrExit('console')));
