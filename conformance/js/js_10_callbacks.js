// rows: js-10
const busy = (ms) => { const until = performance.now() + ms; while (performance.now() < until); };
// Arguments are passed on; the timer is the handle.
setImmediate((a, b) => {
  console.log('immediate', a, b);
  setTimeout((a, b) => { console.log('timeout', a, b); start(); }, 1, 3, 'four');
}, 1, 'two');
function start() {
  let n = 0;
  const interval = setInterval((name) => {
    console.log('interval', name, ++n);
    if (n === 3) { clearInterval(interval); late(); }
  }, 2, 'a');
}
// An interval that is late is not made up for: one call, then the interval counts anew.
function late() {
  let n = 0;
  const interval = setInterval(() => { n++; }, 10);
  busy(65);
  setImmediate(() => setImmediate(() => { clearInterval(interval); console.log('calls after a pause of six intervals:', n); rejected(); }));
}
// An interval whose callback returns a promise does not wait for it.
function rejected() {
  let n = 0;
  const waiting = [];
  const interval = setInterval(async () => {
    const mine = ++n;
    if (mine === 3) { clearInterval(interval); console.log('three began'); waiting.forEach((resolve) => resolve()); return; }
    await new Promise((resolve) => waiting.push(resolve));
    console.log('goes on', mine);
  }, 2);
}
