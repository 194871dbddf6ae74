// rows: js-03, js-05
// The main program may await: microtasks run beside it.
let chain = Promise.resolve();
for (let i = 1; i <= 4; i++) chain = chain.then(() => console.log('tick', i));
process.nextTick(() => console.log('next tick'));
for (let i = 1; i <= 4; i++) { console.log('await', i); await null; }
queueMicrotask(() => console.log('microtask'));
await chain;
console.log('end of main');
