// Async functions that each wait for a promise of its own; what resolves it is kept.
import { Stopwatch, job } from './measure.mjs';

const resolvers = [];

async function park() {
  await new Promise((resolve) => resolvers.push(resolve));
}

const { operations, batch } = job();
const watch = new Stopwatch();
while (resolvers.length < operations) {
  for (let index = 0; index < batch; index++) park();
  await null;
}
watch.stop('js_parked', resolvers.length);
