import { ending } from './global-setup.js';

export default (): Promise<void> => ending();
