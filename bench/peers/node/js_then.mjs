// One chain of then; all links are made before the first runs.
import { measure } from './measure.mjs';

await measure('js_then', (operations) => {
  let promise = Promise.resolve(0);
  for (let link = 0; link < operations; link++) promise = promise.then((done) => done + 1);
  return promise;
});
