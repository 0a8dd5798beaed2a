import 'reflect-metadata';
import { abortableStart, runProcess } from '@rekey/http';
import { settingsOrExit } from '@rekey/settings';
import { runIssuer } from './app.js';

await runProcess('issuer', (ending) => abortableStart(ending, () => runIssuer(settingsOrExit('issuer'))));
