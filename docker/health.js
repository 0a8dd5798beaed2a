import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

/**
 * Exit code 0 when the process of this container is alive. Liveness, not readiness: a database that is away is no reason
 * to restart the process. The certificate is for the public name, not for loopback, so it is not checked here.
 */
const request = process.env.TLS_CERT_FILE ? requestHttps : requestHttp;
const probe = {
  host: '127.0.0.1',
  port: 8080,
  path: '/health/live',
  timeout: 3000,
  rejectUnauthorized: false,
};

const asking = request(probe, (answer) => process.exit(answer.statusCode === 200 ? 0 : 1));
asking.on('timeout', () => asking.destroy(new Error('no answer within 3 s')));
asking.on('error', (fault) => {
  process.stderr.write(`${fault.message}\n`);
  process.exit(1);
});
asking.end();
