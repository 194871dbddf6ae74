// rows: js-07
// Timers that are due at once: by the time they are due, and those of one duration in the order they were set.
const log = (text) => () => console.log(text);
const busy = (ms) => { const until = performance.now() + ms; while (performance.now() < until); };
setImmediate(() => {
  setTimeout(log('90 ms'), 90);
  setTimeout(log('60 ms'), 60);
  setTimeout(log('1 ms, first'), 1);
  setTimeout(log('0 ms, as 1 ms'), 0);
  setTimeout(log('30 ms'), 30);
  setTimeout(log('1 ms, third'), 1);
  setTimeout(log('no delay, as 1 ms'));
  setTimeout(log('a fraction is cut: 1.9 ms, as 1 ms'), 1.9);
  setTimeout(log('30.5 ms, as 30 ms'), 30.5);
  setTimeout((a, b) => console.log('60 ms, with arguments', a, b), 60, 'one', 'two');
  busy(100);
  setImmediate(second);
});
// A timer set by a timer runs in a later turn, even where others of its duration are left.
function second() {
  setTimeout(() => {
    setTimeout(() => {
      console.log('set meanwhile, 20 ms');
      setImmediate(third);
    }, 20);
    setImmediate(log('immediate of the first'));
    console.log('first of 20 ms');
  }, 20);
  setTimeout(log('second of 20 ms'), 20);
  busy(30);
}
// Later ones go before earlier ones if they are due before.
function third() {
  setTimeout(log('70 ms'), 70);
  setTimeout(() => setTimeout(log('10 ms after 10 ms'), 10), 10);
  setTimeout(log('45 ms'), 45);
}
