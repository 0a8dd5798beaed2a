import 'reflect-metadata';
import { runProcess } from '@rekey/http';
import { settingsOrExit } from '@rekey/settings';
import { startIssuer } from './app.js';

await runProcess('issuer', () => startIssuer(settingsOrExit('issuer')));
