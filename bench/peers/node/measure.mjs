// What a worker measures of itself, and the line it prints: the twin of src/measure.rs.
//
// Usage of each program beside this one: node WORKLOAD.mjs OPERATIONS BATCH [PORT].
import { readFileSync } from 'node:fs';

/** The body of an answer over HTTP. */
export const HELLO = 'Hello, world!';

/** Operations in all, those in one batch, and where the server listens, if one is asked. */
export function job() {
  const [operations, batch, server] = process.argv.slice(2).map(Number);
  return { operations, batch, server };
}

/** Starts when the loop runs and is about to do its first operation. */
export class Stopwatch {
  // Reading the resident set is the slow part, so it comes first.
  #resident = statusBytes('VmRSS:');
  #cpu = process.cpuUsage();
  #wall = process.hrtime.bigint();

  stop(workload, operations) {
    const wall = process.hrtime.bigint() - this.#wall;
    const cpu = process.cpuUsage(this.#cpu);
    console.log(JSON.stringify({
      runtime: 'node',
      version: `Node ${process.versions.node} (V8 ${process.versions.v8})`,
      workload,
      operations,
      wall_ns: Number(wall),
      cpu_seconds: (cpu.user + cpu.system) / 1e6,
      peak_rss_bytes: statusBytes('VmHWM:'),
      grown_bytes: Math.max(0, statusBytes('VmRSS:') - this.#resident),
    }));
  }
}

/** Does `work` for its operations, after three short turns in which V8's compilers see it. */
export async function measure(workload, work) {
  const { operations, batch } = job();
  const few = Math.max(batch, Math.floor(20_000 / batch) * batch);
  for (let turn = 0; turn < 3; turn++) await work(few, batch);
  const watch = new Stopwatch();
  watch.stop(workload, await work(operations, batch));
}

/** Tells the driver where the server listens. */
export function announce(port) {
  console.log(JSON.stringify({ listening: port }));
  return new Stopwatch();
}

function statusBytes(field) {
  const lines = readFileSync('/proc/self/status', 'ascii').split('\n');
  const line = lines.find((line) => line.startsWith(field));
  return Number(line.match(/\d+/)[0]) * 1024;
}
