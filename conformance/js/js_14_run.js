// rows: js-14
const { AsyncLocalStorage } = require('async_hooks');
const fs = require('fs');
const als = new AsyncLocalStorage();
const log = (name) => console.log(`${name}: ${als.getStore()}`);
log('outside');
// run gives its function a value, and all that it starts; it returns what the function returns.
console.log('run returns', als.run('a', () => {
  log('inside');
  process.nextTick(log, 'tick');
  queueMicrotask(() => log('microtask'));
  Promise.resolve().then(() => log('then'));
  (async () => { log('async, before'); await null; log('async, after'); })();
  setTimeout(() => { log('timer'); process.nextTick(log, 'tick of the timer'); }, 1);
  return 'value';
}));
log('outside again');
process.nextTick(log, 'tick outside');
setTimeout(() => log('timer outside'), 1);

// Nested; a throw restores it too.
als.run('outer', () => {
  als.run('inner', () => log('nested'));
  log('after the nested');
  try { als.run('failing', () => { throw new Error('x'); }); } catch { log('after a throw'); }
  als.exit(() => { log('exit'); queueMicrotask(() => log('microtask of exit')); });
  log('after exit');
});

// Several storages are independent.
const other = new AsyncLocalStorage();
als.run('one', () => other.run('two', () => queueMicrotask(() => console.log('both:', als.getStore(), other.getStore()))));
als.run('one', () => als.run(undefined, () => log('undefined inside')));

// Through immediates, intervals and I/O.
setTimeout(() => als.run('b', () => {
  setImmediate(() => {
    log('immediate');
    setImmediate(() => {
      log('immediate of the immediate');
      let n = 0;
      const interval = setInterval(() => {
        log('interval');
        if (++n < 2) return;
        clearInterval(interval);
        fs.stat(__filename, () => { log('I/O'); setTimeout(() => log('timer of the I/O'), 1); });
      }, 1);
    });
  });
  setImmediate(() => als.run('c', () => log('run in an immediate')));
}), 2);
