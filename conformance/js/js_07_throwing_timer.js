// rows: js-07, js-08
// A callback that throws is uncaught. The others still run, and the next one even before what the
// thrower queued.
const busy = (ms) => { const until = performance.now() + ms; while (performance.now() < until); };
process.on('uncaughtException', (error, origin) => console.log(`uncaught: ${error.message} (${origin})`));
setImmediate(() => {
  setTimeout(() => console.log('timer 1'), 1);
  setTimeout(() => {
    process.nextTick(() => console.log('tick of timer 2'));
    queueMicrotask(() => console.log('microtask of timer 2'));
    throw new Error('timer 2');
  }, 1);
  setTimeout(() => console.log('timer 3'), 1);
  setTimeout(() => { console.log('timer of another duration'); setTimeout(immediates, 1); }, 2);
  busy(5);
});
function immediates() {
  setImmediate(() => console.log('immediate 1'));
  setImmediate(() => {
    process.nextTick(() => console.log('tick of immediate 2'));
    throw new Error('immediate 2');
  });
  setImmediate(() => console.log('immediate 3'));
  let n = 0;
  const interval = setInterval(() => {
    if (++n === 3) clearInterval(interval);
    throw new Error(`interval ${n}`);
  }, 5);
}
