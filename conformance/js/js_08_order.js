// rows: js-08
// Several at once are told in the order they were rejected in, each macrotask's by themselves.
process.on('unhandledRejection', (reason, promise) => {
  console.log('unhandled:', reason.message);
  process.nextTick(() => console.log('tick after', reason.message));
  if (reason.message === 'main 1') second.catch((e) => console.log('caught by a listener:', e.message));
});
process.on('rejectionHandled', () => console.log('handled later'));
process.nextTick(() => Promise.reject(new Error('tick')));
queueMicrotask(() => Promise.reject(new Error('microtask')));
Promise.reject(new Error('main 1'));
const second = Promise.reject(new Error('main 2'));
Promise.reject(new Error('main 3'));
Promise.resolve().then(() => { throw new Error('thrown in a handler'); });
(async () => { throw new Error('async, at once'); })();
(async () => { await null; throw new Error('async, later'); })();
new Promise((resolve, reject) => setImmediate(reject, new Error('immediate')));
setImmediate(() => console.log('immediate 2'));
console.log('end of main');
