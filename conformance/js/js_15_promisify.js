// rows: js-15
const { promisify } = require('util');
const fs = require('fs');
const show = (e) => `${e.name}: ${e.message}`;
const divide = (a, b, callback) => setTimeout(() => b === 0 ? callback(new RangeError('by zero')) : callback(null, a / b), 1);
(async () => {
  const p = promisify(divide);
  console.log(await p(6, 3));
  try { await p(1, 0); } catch (e) { console.log(show(e)); }
  // A throw before the callback rejects.
  try { await promisify(() => { throw new Error('at once'); })(); } catch (e) { console.log(show(e)); }
  // A callback called twice: the first call counts. Called at once: the promise is settled at once.
  console.log(await promisify((callback) => { callback(null, 'first'); callback(null, 'second'); callback(new Error('third')); })());
  console.log(await promisify((callback) => { callback(null, 'at once'); throw new Error('late'); })());
  console.log('without a value:', await promisify((callback) => callback())());
  console.log('more than one value:', await promisify((callback) => callback(null, 1, 2))());
  // What the function returns does not count.
  console.log(await promisify((callback) => { setImmediate(callback, null, 'by the callback'); return 'returned'; })());
  // A function may bring its own version.
  const own = (callback) => callback(new Error('never'));
  own[promisify.custom] = async (name) => `own version for ${name}`;
  console.log(await promisify(own)('me'));
  console.log('promisified once more is the same:', promisify(promisify(own)) === promisify(own));
  // The runtime's own.
  console.log(await promisify(setTimeout)(1, 'timeout'), await promisify(setImmediate)('immediate'));
  console.log((await promisify(fs.stat)(__filename)).isFile());
  try { await promisify(fs.stat)(`${__dirname}/not there`); } catch (e) { console.log(e.code); }
  try { promisify('no function'); } catch (e) { console.log(e.name, e.code); }
  // Ticks: the callback settles the promise, no more.
  queueMicrotask(() => console.log('microtask 1'));
  promisify((callback) => callback())().then(() => console.log('then of it'));
  queueMicrotask(() => console.log('microtask 2'));
})();
