import 'reflect-metadata';
import { runProcess, unlessEnding } from '@rekey/http';
import { settingsOrExit } from '@rekey/settings';
import { startIssuer } from './app.js';

await runProcess('issuer', (ending) => unlessEnding(ending, () => startIssuer(settingsOrExit('issuer'))));
