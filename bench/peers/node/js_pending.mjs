// Promises that stay pending, kept with what settles them.
import { Stopwatch, job } from './measure.mjs';

const { operations } = job();
const watch = new Stopwatch();
const kept = [];
while (kept.length < operations) kept.push(Promise.withResolvers());
watch.stop('js_pending', kept.length);
