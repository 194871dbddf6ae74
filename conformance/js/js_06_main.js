// rows: js-06
// After the main program: the next_tick queue first, then the microtasks, and over again.
const log = (text) => () => console.log(text);
setImmediate(log('immediate'));
Promise.resolve().then(log('microtask 1'));
process.nextTick(log('tick 1'));
queueMicrotask(log('microtask 2'));
process.nextTick(log('tick 2'));
(async () => { console.log('async starts'); await null; console.log('microtask 3'); })();
process.nextTick((a, b) => console.log('tick 3 with', a, b), 'one', 'two');
Promise.resolve().then(() => {
  process.nextTick(log('tick of microtask 4'));
  queueMicrotask(log('microtask of microtask 4'));
  console.log('microtask 4');
});
process.nextTick(() => {
  process.nextTick(log('tick of tick 4'));
  queueMicrotask(log('microtask of tick 4'));
  console.log('tick 4');
});
Promise.resolve().then(log('microtask 5'));
console.log('end of main');
