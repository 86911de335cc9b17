// `node worker.mjs CONCURRENCY`: one BullMQ worker process. The jobs leave the marks that ours leave (bench/jobs/marks.py).
import fs from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'bullmq';
import { QUEUE, connection } from './connection.mjs';

const file = fs.openSync(process.env.BENCH_MARKS, 'a');
let kept = [];
const mark = (what, number) => `${what} ${number} ${process.hrtime.bigint()} ${process.pid}\n`;
const write = () => {
  if (kept.length) fs.writeSync(file, kept.join(''));
  kept = [];
};

const jobs = {
  // Its mark is written a little later: a write for each would cost this peer one job in a hundred.
  nothing: async ({ number }) => void kept.push(mark('s', number)),
  sleep: async ({ number, seconds }) => {
    fs.writeSync(file, mark('s', number));
    await pause(seconds * 1000);
    fs.writeSync(file, mark('e', number));
  },
};

const milliseconds = (option, given) => (given ? { [option]: Number(given) } : {});  // BullMQ's own by default
const worker = new Worker(QUEUE, (job) => jobs[job.name](job.data), {
  connection,
  concurrency: Number(process.argv[2]),
  ...milliseconds('lockDuration', process.env.BENCH_LOCK_MS),
  ...milliseconds('stalledInterval', process.env.BENCH_STALLED_MS),
});
worker.on('error', (error) => console.error(error));
await worker.waitUntilReady();
setInterval(write, 50);
console.log('ready.');
process.on('SIGTERM', async () => {
  await worker.close();
  write();
  process.exit(0);
});
