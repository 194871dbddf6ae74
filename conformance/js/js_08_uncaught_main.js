// rows: js-08
// A throw in the main program: neither ticks nor microtasks run any more.
process.on('exit', (code) => console.log('exit', code, process.exitCode));
process.nextTick(() => console.log('never'));
queueMicrotask(() => console.log('never'));
setTimeout(() => console.log('never'), 0);
console.log('main');
throw new TypeError('out of main');
