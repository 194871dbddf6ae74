// rows: js-11
const show = (r) => `${r.name} ${r.code}: ${r.message}`;
process.on('exit', (code) => console.log('exit', code));
const signal = AbortSignal.timeout(5);
console.log(signal.aborted);
signal.addEventListener('abort', () => {
  console.log('timed out:', show(signal.reason));
  try { signal.throwIfAborted(); } catch (e) { console.log('throws it:', e === signal.reason); }
  next();
});
// A signal alone does not keep the loop alive; this interval does.
const alive = setInterval(() => {}, 1e6);
function next() {
  const c = new AbortController();
  const any = AbortSignal.any([AbortSignal.timeout(1e6), c.signal]);
  any.addEventListener('abort', () => console.log('any:', any.reason));
  c.abort('before the limit');
  const both = AbortSignal.any([AbortSignal.timeout(5), new AbortController().signal]);
  both.addEventListener('abort', () => { console.log('any:', show(both.reason)); clearInterval(alive); });
}
AbortSignal.timeout(1e6).addEventListener('abort', () => console.log('never'));
