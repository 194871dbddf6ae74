// rows: js-07
// Immediates that are added while immediates run wait for the next turn; I/O and timers get theirs between.
const busy = (ms) => { const until = performance.now() + ms; while (performance.now() < until); };
setImmediate(() => {
  setImmediate(() => {
    console.log('second turn');
    setImmediate(() => { console.log('third turn'); setTimeout(last, 1); });
    process.nextTick(() => { console.log('tick'); setImmediate(() => console.log('third turn, from a tick')); });
    queueMicrotask(() => { console.log('microtask'); setImmediate(() => console.log('third turn, from a microtask')); });
  });
  setImmediate(() => console.log('second turn, the other'));
  console.log('first turn');
});
setImmediate(() => console.log('first turn, the other'));
setImmediate(() => {
  setTimeout(() => console.log('a timer, between the turns'), 1);
  busy(5);
});
// One that repeats itself does not keep timers from running.
function last() {
  let repeats = 0, stopped = false;
  const again = () => { repeats++; if (!stopped) setImmediate(again); };
  again();
  setTimeout(() => { stopped = true; console.log('the timer came, after some immediates:', repeats > 2); }, 20);
}
