// rows: js-06, js-07
// Both queues are drained after every single callback: between timers that are due at once, between
// immediates, between I/O callbacks.
const fs = require('fs');
function noisy(name) {
  return () => {
    console.log(name);
    queueMicrotask(() => { console.log(`${name}: microtask`); process.nextTick(() => console.log(`${name}: tick of the microtask`)); });
    process.nextTick(() => { console.log(`${name}: tick`); queueMicrotask(() => console.log(`${name}: microtask of the tick`)); });
  };
}
function timers(then) {
  setTimeout(noisy('timer 1'), 1);
  setTimeout(noisy('timer 2'), 1);
  setTimeout(noisy('timer 3'), 2);
  setTimeout(then, 3);
  // All of them are due before the loop looks.
  const until = performance.now() + 8;
  while (performance.now() < until);
}
function immediates(then) {
  setImmediate(noisy('immediate 1'));
  setImmediate(noisy('immediate 2'));
  setImmediate(noisy('immediate 3'));
  setImmediate(then);
}
function files(then) {
  fs.stat(__filename, () => {
    noisy('file')();
    fs.stat(__filename, () => { noisy('another file')(); setImmediate(then); });
  });
}
timers(() => immediates(() => files(() => console.log('end'))));
