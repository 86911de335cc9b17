// `node client.mjs MODE JOB N [SECONDS]`: enqueues for BullMQ, and says what it took, as our client does.
import { setTimeout as pause } from 'node:timers/promises';
import { queue as open } from './connection.mjs';

const WARM_UP = 300;
const AT_ONCE = 1000;
const [mode, job, count, seconds] = process.argv.slice(2);
const n = Number(count);
const queue = open();
await queue.waitUntilReady();

const data = (number) => ({ number, seconds: Number(seconds ?? 0) });
const say = (facts) => console.log(JSON.stringify(facts));
const one = async (many) => {
  for (let number = 0; number < many; number++) await queue.add(job, data(number));
};
const bulk = async (many) => {
  for (let first = 0; first < many; first += AT_ONCE) {
    const numbers = Array.from({ length: Math.min(AT_ONCE, many - first) }, (_, index) => first + index);
    await queue.addBulk(numbers.map((number) => ({ name: job, data: data(number) })));
  }
};
const timed = async (work) => {
  await work(WARM_UP);
  const spent = process.cpuUsage();
  const began = performance.now();
  await work(n);
  const took = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(spent);
  say({ seconds: took, cpu: (user + system) / 1e6 });
};
const trickle = async () => {
  const sent = [];
  for (let number = 0; number < n; number++) {
    await pause(20 + Math.random() * 40);
    sent.push(Number(process.hrtime.bigint()));
    await queue.add(job, data(number));
  }
  say({ sent });
};

const modes = {
  one: () => timed(one),
  bulk: () => timed(bulk),
  trickle,
  warm: async () => { await bulk(n); say({ loaded: n }); },
  load: async () => { await queue.pause(); await bulk(n); say({ loaded: n }); },
  release: async () => { await queue.resume(); say({ released: true }); },
};
await modes[mode]();
await queue.close();
