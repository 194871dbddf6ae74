// As many fetches at a time as a batch has, from the driver's server.
import { HELLO, Stopwatch, job } from './measure.mjs';

const { operations, batch, server } = job();
const url = `http://127.0.0.1:${server}/`;

async function ask(count) {
  let left = count;
  let done = 0;
  async function lane() {
    while (left > 0) {
      left--;
      const response = await fetch(url);
      if ((await response.text()) === HELLO) done++;
    }
  }
  await Promise.all(Array.from({ length: batch }, lane));
  return done;
}

// Fetch is loaded, the connections made, and V8's compilers have seen it then.
await ask(2000);
const watch = new Stopwatch();
watch.stop('js_fetch', await ask(operations));
// Kept connections would hold the process for a while.
process.exit();
