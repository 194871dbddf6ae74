// Immediates, each of which sets the next.
import { measure } from './measure.mjs';

await measure('js_immediate', (operations) => new Promise((resolve) => {
  let done = 0;
  setImmediate(function again() {
    if (++done < operations) setImmediate(again);
    else resolve(done);
  });
}));
