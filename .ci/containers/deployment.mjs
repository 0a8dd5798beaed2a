import { execFile, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const maxBuffer = 64 * 1024 * 1024;

/**
 * One run of docker/compose.yaml in a clone of the repository.
 *
 * @param {string} tree of the clone
 */
export function deployment(tree) {
  const folder = join(tree, 'docker');
  const file = join(folder, 'compose.yaml');
  const docker = async (...args) => (await run('docker', args, { maxBuffer })).stdout.trim();
  const compose = (...args) => docker('compose', '-f', file, ...args);

  return {
    docker,
    compose,
    /** docker/prepare; its exit code and all that it says. */
    prepare: () =>
      run(join(folder, 'prepare')).then(
        ({ stdout, stderr }) => ({ code: 0, said: stdout + stderr }),
        ({ code, stdout, stderr }) => ({ code, said: stdout + stderr }),
      ),
    /** docker/roll for one service. */
    roll: (service) => run(join(folder, 'roll'), [service], { maxBuffer }),
    /** Sets variables in docker/.env. */
    set(values) {
      const env = join(folder, '.env');
      let text = readFileSync(env, 'utf8');
      for (const [name, value] of Object.entries(values))
        text = text.replace(new RegExp(`^${name}=.*$`, 'm'), `${name}=${value}`);
      writeFileSync(env, text);
    },
    secret: (name) => readFileSync(join(folder, 'secrets', name), 'utf8').trim(),
    setSecret: (name, value) => writeFileSync(join(folder, 'secrets', name), value),
    /** Writes a file that containers see in /files. */
    give: (name, text) => writeFileSync(join(folder, 'files', name), text),
    /** Runs a command in a container of a service with a file as its standard input or output. */
    piped: (service, args, { input, output }) =>
      new Promise((resolve, reject) => {
        const child = spawn('docker', ['compose', '-f', file, 'exec', '-T', service, ...args], {
          stdio: [input ?? 'ignore', output ?? 'inherit', 'inherit'],
        });
        child.on('exit', (code) =>
          code === 0 ? resolve() : reject(new Error(`${args[0]} ended with ${code}`)),
        );
      }),
    /** Ids of the containers of a service. */
    containers: async (service) =>
      (await compose('ps', '--all', '--quiet', service)).split('\n').filter(Boolean),
    /** @param {string} format a template of docker inspect */
    inspect: (container, format) => docker('inspect', '--format', format, container),
  };
}
