// One timer for each delay, all set before the first fires.
import { wholeMillis } from './delays.mjs';
import { Stopwatch, job } from './measure.mjs';

function fire(delays) {
  return new Promise((resolve) => {
    let done = 0;
    for (const delay of delays) {
      setTimeout(() => {
        if (++done === delays.length) resolve(done);
      }, delay);
    }
  });
}

const { operations } = job();
const delays = wholeMillis(operations);
// V8's compilers have seen it then.
for (let turn = 0; turn < 3; turn++) await fire(new Array(10_000).fill(1));
const watch = new Stopwatch();
watch.stop('js_timers', await fire(delays));
