// rows: js-14
const { AsyncLocalStorage } = require('async_hooks');
const als = new AsyncLocalStorage();
const log = (name) => console.log(`${name}: ${als.getStore()}`);
const sections = [
  // enterWith stays for the rest of the macrotask, and for what that starts.
  () => {
    log('before');
    process.nextTick(log, 'tick from before');
    als.enterWith('entered');
    log('entered');
    process.nextTick(log, 'tick from after');
    queueMicrotask(() => log('microtask from after'));
    setTimeout(() => log('timer of it'), 1);
  },
  () => log('another timer'),
  // Inside run it ends with run.
  () => {
    als.run('run', () => { als.enterWith('changed'); log('inside run'); queueMicrotask(() => log('microtask of run')); });
    log('after run');
  },
  // disable forgets all values until the next run.
  () => als.run('disabled', () => {
    als.disable();
    log('disabled');
    als.run('enabled again', () => log('run'));
  }),
];
// Each in a timer of its own, that is set where nothing was entered.
const outside = AsyncLocalStorage.snapshot();
function next(i) {
  if (i === sections.length) return;
  sections[i]();
  outside(() => setTimeout(next, 1, i + 1));
}
setTimeout(next, 1, 0);
