// Promise.all over a batch of async functions that each await once; again until done.
import { measure } from './measure.mjs';

async function one() {
  await null;
  return 1;
}

await measure('js_all', async (operations, batch) => {
  let done = 0;
  for (let round = 0; round < operations / batch; round++) {
    const promises = Array.from({ length: batch }, one);
    for (const result of await Promise.all(promises)) done += result;
  }
  return done;
});
