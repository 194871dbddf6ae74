// rows: js-15
const { callbackify } = require('util');
const done = (name) => (error, value) => console.log(`${name}: ${error ? `${error.name} ${error.code}: ${error.message}` : value}`);
callbackify(async (a, b) => a + b)(1, 2, done('value'));
callbackify(async () => { throw new RangeError('thrown'); })(done('error'));
callbackify(() => Promise.reject(null))((error) => console.log('nothing as the reason:', error.code, error.message, error.reason));
callbackify(() => Promise.reject('a string'))((error) => console.log('a string as the reason:', error));
console.log('nothing has been called yet');
// The callback is called in a tick, so that its throw is uncaught and no rejection.
process.on('uncaughtException', (error, origin) => console.log(`uncaught: ${error.message} (${origin})`));
process.on('unhandledRejection', () => console.log('never'));
setTimeout(() => {
  callbackify(async () => 'x')(() => { throw new Error('by the callback'); });
  queueMicrotask(() => { console.log('microtask 1'); queueMicrotask(() => console.log('microtask 2')); });
  process.nextTick(() => console.log('tick'));
}, 5);
try { callbackify(async () => {})('no callback'); } catch (e) { console.log(e.name, e.code); }
