// rows: js-08
// A throw that nobody catches ends the program: what its callback queued does not run any more.
process.on('exit', (code) => console.log('exit', code, process.exitCode));
setTimeout(() => {
  process.nextTick(() => console.log('never'));
  queueMicrotask(() => console.log('never'));
  setTimeout(() => console.log('never'), 0);
  console.log('timer');
  throw new TypeError('out of a timer');
}, 1);
setTimeout(() => console.log('never'), 1);
