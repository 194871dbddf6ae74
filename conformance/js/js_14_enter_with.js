// rows: js-14
const { AsyncLocalStorage } = require('async_hooks');
const als = new AsyncLocalStorage();
const log = (name) => console.log(`${name}: ${als.getStore()}`);
// enterWith stays for the rest of the macrotask, and for what that starts.
setTimeout(() => {
  log('before');
  process.nextTick(log, 'tick from before');
  als.enterWith('entered');
  log('entered');
  process.nextTick(log, 'tick from after');
  queueMicrotask(() => log('microtask from after'));
  setTimeout(() => log('timer of it'), 1);
}, 1);
setTimeout(() => log('another timer'), 40);
setTimeout(() => {
  // Inside run it ends with run.
  als.run('run', () => { als.enterWith('changed'); log('inside run'); queueMicrotask(() => log('microtask of run')); });
  log('after run');
}, 60);
setTimeout(() => {
  // disable forgets all values until the next run.
  als.run('disabled', () => {
    als.disable();
    log('disabled');
    als.run('enabled again', () => log('run'));
  });
}, 80);
