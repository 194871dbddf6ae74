// rows: js-11, js-10
// How a program cancels: the signal is passed along, whoever waits listens to it, and cleans up with awaits.
const timers = require('timers/promises');
async function worker(name, signal) {
  try {
    for (let i = 1; ; i++) {
      console.log(name, 'step', i);
      await timers.setTimeout(i === 2 ? 1e6 : 1, undefined, { signal });
    }
  } catch (e) {
    console.log(name, 'stopped by', e.name, 'because of', e.cause);
    await timers.setTimeout(1);
    console.log(name, 'has cleaned up');
    return `${name} ended`;
  } finally {
    console.log(name, 'finally');
  }
}
(async () => {
  const c = new AbortController();
  const a = worker('a', c.signal);
  await timers.setTimeout(20);
  const b = worker('b', c.signal);
  await timers.setTimeout(20);
  console.log('abort');
  c.abort('enough');
  console.log((await Promise.all([a, b])).join(', '));
  // By hand: a promise that rejects with the reason.
  const aborted = (signal) => new Promise((_, reject) => {
    if (signal.aborted) return reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  const d = new AbortController();
  setTimeout(() => d.abort(new Error('too slow')), 5);
  try { await Promise.race([new Promise(() => {}), aborted(d.signal)]); } catch (e) { console.log(e.message); }
  try { await aborted(d.signal); } catch (e) { console.log('at once:', e.message); }
})();
