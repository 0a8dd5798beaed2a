export type { LabelsOf, Note } from './catalogue.js';
export { beginSpan, inSpan, markFailed } from './span.js';
export type { TracingOptions } from './tracing.js';
export {
  type Cause,
  cause,
  causeHeaders,
  type Place,
  readRequestId,
} from './trail.js';
export { openWatch, Watch, type WatchOptions } from './watch.js';
