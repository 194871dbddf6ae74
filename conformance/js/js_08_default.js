// rows: js-08
// Nobody listens: the first unhandled rejection ends the program with code 1.
process.on('exit', (code) => console.log('exit', code));
Promise.reject(new Error('nobody handles this'));
Promise.reject(new Error('nor this'));
process.nextTick(() => console.log('tick'));
queueMicrotask(() => console.log('microtask'));
setImmediate(() => console.log('never'));
console.log('end of main');
