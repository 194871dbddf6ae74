// rows: js-12
// The queue of requests of an async generator.
const show = (name) => (r) => console.log(`  ${name}: ${r.value} ${r.done}`);
const fail = (name) => (e) => console.log(`  ${name}: thrown ${e.message}`);
const later = () => Promise.withResolvers();
async function section(title, run) { console.log(title); await run(); }

(async () => {
  await section('answers come in the order of the requests, whichever is awaited first', async () => {
    let n = 0;
    const g = (async function* () { yield ++n; yield ++n; })();
    const asked = [g.next(), g.next(), g.next()];
    console.log('  yields so far:', n);
    for (const i of [2, 1, 0]) show(i)(await asked[i]);
  });
  await section('a yielded promise that is fulfilled late holds all of them up', async () => {
    const w = later();
    const g = (async function* () { yield w.promise; yield 2; })();
    const done = Promise.all([g.next(), g.next(), g.next()].reverse().map((p, i) => p.then(show(2 - i))));
    console.log('  resolve');
    w.resolve(1);
    await done;
  });
  await section('an await inside does, too', async () => {
    const w = later();
    const g = (async function* () { console.log('  starts'); await w.promise; yield 1; await null; yield 2; })();
    const done = Promise.all([g.next().then(show('a')), g.next().then(show('b')), g.next().then(show('c'))]);
    console.log('  resolve');
    w.resolve();
    await done;
  });
  await section('next while it runs', async () => {
    let inner;
    const g = (async function* () { inner = g.next().then(show('inner')); console.log('  asked itself'); yield 1; yield 2; })();
    await g.next().then(show('outer'));
    await inner;
    await g.next().then(show('last'));
  });
  await section('return while it runs', async () => {
    let inner;
    const g = (async function* () { inner = g.return('r').then(show('return')); yield 1; console.log('never'); })();
    await g.next().then(show('first'));
    await g.next().then(show('second'));
    await inner;
  });
  await section('throw while it runs', async () => {
    let inner;
    const g = (async function* () { inner = g.throw(new Error('t')).catch(fail('throw')); yield 1; console.log('never'); })();
    await g.next().then(show('first'));
    await g.next().then(show('second'));
    await inner;
  });
  await section('return with a promise that never settles blocks those behind it', async () => {
    const w = later();
    const g = (async function* () { yield 1; })();
    const asked = [g.return(w.promise).then(show('return')), g.next().then(show('next')), g.throw(new Error('t')).catch(fail('throw'))];
    await null; await null; await null;
    console.log('  nothing yet; resolve');
    w.resolve('r');
    await Promise.all(asked);
  });
  await section('three returns in a row', async () => {
    const g = (async function* () { try { yield 1; } finally { console.log('  finally'); } })();
    await g.next();
    await Promise.all(['a', 'b', Promise.resolve('c')].map((v, i) => g.return(v).then(show(i))));
  });
  await section('throw, then next, then return, at the start', async () => {
    const g = (async function* () { console.log('never'); })();
    await Promise.all([g.throw(new Error('t')).catch(fail('throw')), g.next().then(show('next')), g.return('r').then(show('return'))]);
  });
})();
