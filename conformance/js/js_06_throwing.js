// rows: js-06, js-08
// A tick or microtask that throws is uncaught. The ticks behind it wait for an immediate; the
// microtasks behind it run at once.
process.on('uncaughtException', (error) => {
  console.log('uncaught:', error.message);
  process.nextTick(() => console.log(`tick of the handler for ${error.message}`));
  queueMicrotask(() => console.log(`microtask of the handler for ${error.message}`));
});
process.nextTick(() => console.log('tick 1'));
process.nextTick(() => { throw new Error('tick 2'); });
process.nextTick(() => console.log('tick 3'));
queueMicrotask(() => console.log('microtask 1'));
queueMicrotask(() => { throw new Error('microtask 2'); });
queueMicrotask(() => console.log('microtask 3'));
setImmediate(() => console.log('immediate'));
console.log('end of main');
