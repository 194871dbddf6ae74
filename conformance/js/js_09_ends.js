// rows: js-09
// The loop ends when no referenced handle is left.
process.on('exit', (code) => console.log('exit', code));
process.on('beforeExit', (code) => console.log('beforeExit', code));
new Promise(() => {}).then(() => console.log('never'));
(async () => { await new Promise(() => {}); console.log('never'); })();
setInterval(() => console.log('never'), 1e6).unref();
setImmediate(() => console.log('never: unreferenced, and nothing else is left')).unref();
process.nextTick(() => console.log('tick'));
queueMicrotask(() => console.log('microtask'));
console.log('end of main');
