// rows: js-10, js-12
const timers = require('timers/promises');
(async () => {
  let n = 0;
  for await (const value of timers.setInterval(2, 'tick')) {
    console.log(value, ++n);
    if (n === 3) break;
  }
  console.log('break ends it');

  // Ticks that fell due while nobody asked are not lost: they are counted.
  n = 0;
  let waited = false;
  for await (const _ of timers.setInterval(10)) {
    if (++n === 1) { await timers.setTimeout(150); setImmediate(() => { waited = true; }); }
    if (n === 4) break;
  }
  console.log('the next three after a long first one: waited', waited);

  // An abort ends the walk with an error.
  const c = new AbortController();
  n = 0;
  try {
    for await (const _ of timers.setInterval(2, undefined, { signal: c.signal })) { if (++n === 2) c.abort(); }
    console.log('never');
  } catch (e) { console.log(`after ${n}: ${e.name} ${e.code}: ${e.message}`); }
  try {
    for await (const _ of timers.setInterval(2, undefined, { signal: AbortSignal.abort(new Error('my reason')) })) console.log('never');
  } catch (e) { console.log(`aborted already: ${e.name}, cause ${e.cause.message}`); }
  process.on('exit', (code) => console.log('exit', code));
})();
