// Calls of an async function that awaits once, one after the other.
import { measure } from './measure.mjs';

async function one() {
  await null;
  return 1;
}

await measure('js_async_fn', async (operations) => {
  let done = 0;
  for (let call = 0; call < operations; call++) done += await one();
  return done;
});
