import 'reflect-metadata';
import { abortableStart, runProcess } from '@rekey/http';
import { settingsOrExit } from '@rekey/settings';
import { startIssuer } from './app.js';

await runProcess('issuer', (ending) => abortableStart(ending, () => startIssuer(settingsOrExit('issuer'))));
