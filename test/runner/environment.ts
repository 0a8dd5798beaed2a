import { TestEnvironment } from 'jest-environment-node';
import { shareWith } from './transformer.js';

/** Node's environment, with the modules that a worker loads once. */
export default class SharingEnvironment extends TestEnvironment {
  constructor(...given: ConstructorParameters<typeof TestEnvironment>) {
    super(...given);
    shareWith(this.global);
  }
}
