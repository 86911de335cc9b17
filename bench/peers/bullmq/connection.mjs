// Where the bench's Redis is; BullMQ's own defaults otherwise.
import { Queue } from 'bullmq';

const url = new URL(process.env.REDIS_URL);
export const QUEUE = 'bench';
export const connection = {
  host: url.hostname,
  port: Number(url.port || 6379),
  password: decodeURIComponent(url.password),
  db: Number(url.pathname.slice(1) || 0),
  maxRetriesPerRequest: null,
};
export const queue = () => new Queue(QUEUE, { connection });
