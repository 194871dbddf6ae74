// rows: js-08
// A rejection is looked at when both queues are empty: until then a handler comes in time.
process.on('unhandledRejection', (reason) => console.log('unhandled:', reason.message));
process.on('rejectionHandled', () => console.log('handled later'));
const rejected = (text) => Promise.reject(new Error(text));
const handle = (promise) => promise.catch((e) => console.log('caught:', e.message));

handle(rejected('at once'));
const a = rejected('in a tick');
process.nextTick(() => handle(a));
const b = rejected('in a microtask');
queueMicrotask(() => handle(b));
const c = rejected('in the tick of a microtask');
queueMicrotask(() => process.nextTick(() => handle(c)));
const d = rejected('in the tenth microtask');
(async () => { for (let i = 0; i < 10; i++) await null; handle(d); })();
const e = rejected('in the third of nested ticks');
process.nextTick(() => process.nextTick(() => process.nextTick(() => handle(e))));
// A handler on a promise that follows it handles it, too.
handle(rejected('passed on').then(() => {}));
const f = rejected('awaited');
(async () => { await null; try { await f; } catch (x) { console.log('caught:', x.message); } })();
// What takes part in a combinator is handled, whatever becomes of it.
Promise.race([Promise.resolve(1), rejected('in a race')]);
Promise.allSettled([rejected('in allSettled')]);
Promise.any([Promise.resolve(1), rejected('in any')]);
setImmediate(() => console.log('immediate'));
