// rows: js-07, js-10
const busy = (ms) => { const until = performance.now() + ms; while (performance.now() < until); };
// refresh sets a timer anew: it goes behind the others of its duration.
const first = setTimeout(() => console.log('first'), 4);
setTimeout(() => console.log('second'), 4);
const refreshed = first.refresh();
busy(10);
console.log('refresh gives the timer:', refreshed === first);

// A cleared one stays cleared.
const cleared = setTimeout(() => console.log('never'), 1);
clearTimeout(cleared);
cleared.refresh();

// One that has run runs once more.
setTimeout(() => {
  let runs = 0;
  const again = setTimeout(() => {
    console.log('run', ++runs);
    if (runs < 3) again.refresh(); else putOff();
  }, 2);
}, 10);

// Put off as long as it is refreshed in time.
function putOff() {
  let off = true;
  const put = setTimeout(() => console.log('put off:', !off), 200);
  let n = 0;
  const refresher = setInterval(() => { put.refresh(); if (++n === 4) { clearInterval(refresher); off = false; } }, 10);
}
