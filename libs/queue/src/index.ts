export type { QueueBackend } from './backend.js';
export { type JobQueue, openQueue } from './job-queue.js';
export {
  type JobContext,
  type JobHandlers,
  type JobName,
  type JobPayload,
  JobReturned,
  jobs,
} from './jobs.js';
export { migrateQueue } from './migrate-queue.js';
export { startWorkers, type Workers } from './workers.js';
