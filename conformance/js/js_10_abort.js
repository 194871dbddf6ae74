// rows: js-10, js-11
const timers = require('timers/promises');
const show = (e) => `${e.name} ${e.code}: ${e.message}, cause ${e.cause instanceof Error ? `${e.cause.name}: ${e.cause.message}` : e.cause}`;
async function failure(name, promise) {
  try { await promise; console.log(name, 'never'); } catch (e) { console.log(`${name}: ${show(e)}`); }
}
const abortLater = (reason) => { const c = new AbortController(); setTimeout(() => c.abort(reason), 1); return c.signal; };

(async () => {
  // Aborted before: nothing is begun.
  await failure('setTimeout, aborted already', timers.setTimeout(1000, 0, { signal: AbortSignal.abort() }));
  await failure('setImmediate, aborted already', timers.setImmediate(0, { signal: AbortSignal.abort() }));
  await failure('with a reason', timers.setTimeout(1000, 0, { signal: AbortSignal.abort(new Error('my reason')) }));
  await failure('with a string', timers.setTimeout(1000, 0, { signal: AbortSignal.abort('my reason') }));

  // Aborted while it waits: the timer is gone, or the program would not end now.
  await failure('setTimeout, aborted later', timers.setTimeout(1e6, 0, { signal: abortLater() }));
  await failure('scheduler.wait, aborted later', timers.scheduler.wait(1e6, { signal: abortLater(new Error('my reason')) }));
  const c = new AbortController();
  const immediate = timers.setImmediate(0, { signal: c.signal });
  c.abort();
  await failure('setImmediate, aborted later', immediate);

  // When it is over, aborting changes nothing.
  const late = new AbortController();
  console.log('in time:', await timers.setTimeout(1, 'value', { signal: late.signal }));
  late.abort();

  // When the abort happens, and when the promise tells.
  const order = new AbortController();
  order.signal.addEventListener('abort', () => console.log('listener before'));
  const waiting = timers.setTimeout(1e6, 0, { signal: order.signal }).catch(() => console.log('the promise'));
  order.signal.addEventListener('abort', () => console.log('listener after'));
  order.abort();
  console.log('abort has returned');
  await waiting;

  // Limits.
  await failure('a limit of 5 ms', timers.setTimeout(1e6, 0, { signal: AbortSignal.timeout(5) }));
  process.on('exit', (code) => console.log('exit', code));
})();
