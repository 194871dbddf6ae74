// rows: js-03, js-05
// Await in try, catch and finally, on pending and on settled promises, beside a chain that counts.
const later = () => Promise.withResolvers();
function count(n) {
  let promise = Promise.resolve();
  for (let i = 1; i <= n; i++) promise = promise.then(() => console.log(`  microtask ${i}`));
  return promise;
}
async function section(title, run) { console.log(title); await Promise.all([run(), count(5)]); }

(async () => {
  await section('finally that awaits, after a value', async () => {
    const f = async () => { try { console.log('try'); return 'value'; } finally { await 0; console.log('finally'); } };
    console.log(await f());
  });
  await section('finally that awaits, after an error', async () => {
    const f = async () => { try { throw new Error('e'); } finally { await 0; console.log('finally'); } };
    try { await f(); } catch (e) { console.log('caught', e.message); }
  });
  await section('finally that replaces the error', async () => {
    const f = async () => { try { throw new Error('e'); } finally { await 0; return 'replaced'; } };
    console.log(await f());
  });
  await section('catch that awaits a rejection', async () => {
    try { await Promise.reject(new Error('e')); } catch (e) { await 0; console.log('caught', e.message); }
  });
  await section('nested finally', async () => {
    try {
      try { await Promise.reject(new Error('e')); } finally { console.log('inner'); await 0; }
    } catch { console.log('outer'); } finally { await 0; console.log('last'); }
  });
  await section('a pending promise, settled in the second microtask', async () => {
    const w = later();
    Promise.resolve().then(() => {}).then(() => { console.log('resolve'); w.resolve('now'); });
    console.log(await w.promise);
  });
  await section('a reaction on a pending promise, and one on a settled promise', async () => {
    const w = later();
    w.promise.then(() => console.log('pending, first'));
    Promise.resolve().then(() => console.log('settled'));
    w.promise.then(() => console.log('pending, second'));
    w.resolve();
    w.promise.then(() => console.log('settled meanwhile'));
    await w.promise;
    console.log('awaited');
  });
  await section('await of several in a row', async () => {
    const [a, b, c] = [Promise.resolve('a'), Promise.resolve('b'), 'c'];
    console.log(await a); console.log(await b); console.log(await c);
  });
  await section('operands are evaluated before the await after them', async () => {
    let n = 1;
    const add = async () => { const seen = n; await 0; n = seen + 1; };
    await Promise.all([add(), add(), add()]);
    console.log('three additions, one is kept:', n);
  });
})();
