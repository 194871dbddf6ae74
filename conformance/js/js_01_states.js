// rows: js-01
// Promises/A+ 2.1 and 2.2.1 to 2.2.6: states, and when and how often handlers are called.
const show = (e) => e instanceof Error ? `${e.name}: ${e.message}` : String(e);
const on = (promise, name) => promise.then((v) => console.log(`${name}: fulfilled ${show(v)}`), (e) => console.log(`${name}: rejected ${show(e)}`));

// Settled once, for good.
for (const calls of ['f', 'r', 'ff', 'fr', 'rf', 'rr']) {
  const w = Promise.withResolvers();
  on(w.promise, calls);
  [...calls].forEach((c, i) => c === 'f' ? w.resolve(i) : w.reject(new Error(`number ${i}`)));
}
// Also with time between the calls.
{
  const w = Promise.withResolvers();
  on(w.promise, 'with time between');
  setTimeout(() => { w.resolve('first'); setTimeout(() => { w.reject(new Error('second')); console.log('nothing comes of it'); }, 1); }, 1);
}
// Handlers are optional, and each is called at most once, with the one value, when the caller is done.
{
  const w = Promise.withResolvers();
  w.promise.then((...values) => console.log('called with', values.length, 'value:', values[0]));
  w.promise.then();
  w.promise.then(undefined, () => console.log('never'));
  w.resolve('value');
  console.log('resolve has returned');
}
{
  const p = Promise.reject(new Error('reason'));
  p.then(() => console.log('never'), (...reasons) => console.log('called with', reasons.length, 'reason:', show(reasons[0])));
  p.then(() => console.log('never')).catch(() => console.log('passed on'));
  console.log('then has returned');
}
// then may be called many times on one promise; handlers run in that order, even those added meanwhile.
{
  const p = Promise.resolve('p');
  p.then(() => { console.log('1'); p.then(() => console.log('4, added by 1')); });
  p.then(() => { console.log('2'); throw new Error('does no harm'); }).catch(() => {});
  p.then(() => console.log('3'));
}
