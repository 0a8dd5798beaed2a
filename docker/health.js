/**
 * `rekey health`: exit code 0 when the process of this container is alive. Liveness, not readiness: a database that is away is no reason to
 * restart the process. It runs every half minute, so it loads as little as it can.
 */
const { TLS_CERT_FILE, LISTEN_HOST, RECOVERY_PORT, ISSUER_PORT, CONSOLE_PORT, COURIER_PORT } = process.env;
const { request } = await import(TLS_CERT_FILE?.trim() ? 'node:https' : 'node:http');

const everywhere = ['', '0.0.0.0', '::'];
const listening = LISTEN_HOST?.trim() ?? '';
const host = everywhere.includes(listening) ? '127.0.0.1' : listening;
/** The image sets all four to 8080. Where a deployment changes one, the process of this container listens there, or at the old one. */
const ports = new Set(
  [RECOVERY_PORT, ISSUER_PORT, CONSOLE_PORT, COURIER_PORT].map((port) => port?.trim() || '8080'),
);

const ask = (port) =>
  new Promise((resolve, reject) => {
    // The certificate is for the public name, not for loopback, so it is not checked here.
    const probe = { host, port, path: '/health/live', timeout: 8000, rejectUnauthorized: false };
    const asking = request(probe, ({ statusCode }) =>
      statusCode === 200 ? resolve() : reject(new Error(`port ${port} answered ${statusCode}`)),
    );
    asking.on('timeout', () => asking.destroy(new Error(`port ${port} did not answer within 8 s`)));
    asking.on('error', reject);
    asking.end();
  });

try {
  await Promise.any([...ports].map(ask));
  process.exit(0);
} catch (fault) {
  process.stderr.write(`rekey health: ${fault.errors.map(({ message }) => message).join(', ')}\n`);
  process.exit(1);
}
