// Awaits of null in one async function.
import { measure } from './measure.mjs';

await measure('js_await_null', async (operations) => {
  let done = 0;
  while (done < operations) {
    await null;
    done++;
  }
  return done;
});
