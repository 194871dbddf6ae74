// rows: js-07
// Delays that are no good become 1 ms, and are warned of.
process.on('warning', (w) => console.log(`${w.name}: ${w.message}`));
const log = (text) => () => console.log(text);
const busy = (ms) => { const until = performance.now() + ms; while (performance.now() < until); };
setImmediate(() => {
  setTimeout(log('not a number'), NaN);
  setTimeout(log('below zero'), -5);
  setTimeout(log('infinite'), Infinity);
  setTimeout(log('too big'), 2 ** 31);
  setTimeout(log('2 ms'), 2);
  busy(5);
  setTimeout(log('the biggest there is, unreferenced'), 2 ** 31 - 1).unref();
  setImmediate(() => {
    let n = 0;
    const interval = setInterval(() => { console.log('interval of 0', ++n); if (n === 3) clearInterval(interval); }, 0);
  });
});
