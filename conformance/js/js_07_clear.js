// rows: js-07, js-10
const busy = (ms) => { const until = performance.now() + ms; while (performance.now() < until); };
const log = (text) => () => console.log(text);

// A timer clears ones that are due at the same time, of its duration and of another.
setTimeout(() => { console.log('a clears b and d'); clearTimeout(b); clearTimeout(d); }, 1);
const b = setTimeout(log('never'), 1);
setTimeout(log('c'), 1);
const d = setTimeout(log('never'), 2);
setTimeout(strange, 3);
busy(5);

function strange() {
  // clearTimeout and clearInterval are the same for a timer; nothing happens to what is no timer.
  clearInterval(setTimeout(log('never'), 1));
  clearTimeout(setInterval(log('never'), 1));
  clearTimeout(undefined);
  const done = setTimeout(() => {
    clearTimeout(done);
    console.log('a timer clears itself while it runs');
    setTimeout(() => { clearTimeout(done); console.log('and once more when it has run'); intervals(); }, 1);
  }, 1);
}

// An interval that clears itself; one that is cleared from outside.
function intervals() {
  let n = 0;
  const own = setInterval(() => {
    console.log('own', ++n);
    if (n < 3) return;
    clearInterval(own);
    console.log('own is cleared');
    const outer = setInterval(() => {}, 1);
    setTimeout(() => { clearInterval(outer); console.log('outer is cleared'); setImmediate(immediates); }, 5);
  }, 1);
}

// An immediate clears one behind it.
function immediates() {
  setImmediate(() => { console.log('immediate 1 clears 2'); clearImmediate(second); });
  const second = setImmediate(log('never'));
  setImmediate(() => {
    console.log('immediate 3');
    clearImmediate(setImmediate(log('never')));
    clearImmediate(undefined);
  });
  process.nextTick(() => clearImmediate(cleared));
  const cleared = setImmediate(log('never'));
}
