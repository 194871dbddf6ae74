// rows: js-06
// Ticks queued by ticks run before any microtask; microtasks queued by microtasks run before the next
// tick. Only when both queues are empty the loop goes on.
let ticks = 0, microtasks = 0;
function tick() {
  console.log(`tick ${++ticks}`);
  if (ticks === 1) queueMicrotask(microtask);
  if (ticks < 4) process.nextTick(tick);
}
function microtask() {
  console.log(`microtask ${++microtasks}`);
  if (microtasks === 1) process.nextTick(() => { console.log('tick of the first microtask'); queueMicrotask(() => console.log('microtask of that tick')); });
  if (microtasks < 4) queueMicrotask(microtask);
}
setImmediate(() => {
  console.log('immediate');
  process.nextTick(tick);
  setImmediate(() => console.log('next immediate'));
});

// Many in a row keep the loop from its next phase.
setImmediate(() => {
  let left = 1000;
  const again = () => { if (--left > 0) process.nextTick(again); else console.log('1000 ticks'); };
  process.nextTick(again);
  let more = 1000;
  const micro = () => { if (--more > 0) queueMicrotask(micro); else console.log('1000 microtasks'); };
  queueMicrotask(micro);
  setImmediate(() => console.log('after all of them'));
});
