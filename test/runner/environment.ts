import { createRequire } from 'node:module';
import { TestEnvironment } from 'jest-environment-node';
import { rememberHashes } from './remembered-hashes.js';
import { shareWith } from './transformer.js';

// Here, because the environment is loaded before the product.
rememberHashes(createRequire(import.meta.url)('@node-rs/argon2'));

/** Node's environment, with the modules that a worker loads once. */
export default class SharingEnvironment extends TestEnvironment {
  constructor(...given: ConstructorParameters<typeof TestEnvironment>) {
    super(...given);
    shareWith(this.global);
  }
}
