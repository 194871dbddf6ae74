// rows: js-09
// exit ends at once: what is queued does not run, beforeExit is not told.
process.on('beforeExit', () => console.log('never'));
process.on('exit', (code) => { console.log('first listener', code); process.exitCode = 9; });
process.on('exit', (code) => console.log('second listener', code));
setTimeout(() => {
  process.nextTick(() => console.log('never'));
  queueMicrotask(() => console.log('never'));
  process.exit(4);
}, 1);
setTimeout(() => console.log('never'), 5);
