// rows: js-03, js-05
// Who comes when, one letter to a worker and one number to a step.
const steps = [];
async function worker(name, count) {
  for (let i = 1; i <= count; i++) {
    steps.push(`${name}${i}`);
    await undefined;
  }
}
function chain(name, count) {
  let promise = Promise.resolve();
  for (let i = 1; i <= count; i++) promise = promise.then(() => { steps.push(`${name}${i}`); });
  return promise;
}
async function section(title, run) {
  steps.length = 0;
  await run();
  console.log(`${title}: ${steps.join(' ')}`);
}

(async () => {
  await section('two workers', () => Promise.all([worker('A', 4), worker('B', 4)]));
  await section('three, of different length', () => Promise.all([worker('A', 2), worker('B', 4), worker('C', 3)]));
  await section('a worker and a chain', () => Promise.all([worker('A', 4), chain('B', 4)]));
  await section('a chain and a worker', () => Promise.all([chain('A', 4), worker('B', 4)]));

  // What a returned promise costs, seen from a chain beside it.
  const then = (promise, name) => promise.then(() => { steps.push(name); });
  await section('return value', () => Promise.all([then((async () => 1)(), 'done'), chain('B', 6)]));
  await section('return promise', () => Promise.all([then((async () => Promise.resolve())(), 'done'), chain('B', 6)]));
  await section('return await promise', () => Promise.all([then((async () => await Promise.resolve())(), 'done'), chain('B', 6)]));
  await section('then returns promise', () => Promise.all([then(Promise.resolve().then(() => Promise.resolve()), 'done'), chain('B', 6)]));
  await section('then returns thenable', () => Promise.all([then(Promise.resolve().then(() => ({ then(r) { steps.push('then'); r(); } })), 'done'), chain('B', 6)]));
  await section('finally', () => Promise.all([then(Promise.resolve().finally(() => { steps.push('finally'); }), 'done'), chain('B', 6)]));
  await section('all', () => Promise.all([then(Promise.all([1, 2]), 'done'), chain('B', 6)]));
  await section('race', () => Promise.all([then(Promise.race([chain('A', 3), chain('C', 2)]), 'done'), chain('B', 6)]));

  // Awaiting what is settled and what is settled meanwhile.
  await section('await a promise of another worker', () => {
    const first = worker('A', 3);
    const second = (async () => { steps.push('B1'); await first; steps.push('B2'); })();
    return Promise.all([first, second, worker('C', 6)]);
  });
  await section('a lock handed on', () => {
    let lock = Promise.resolve();
    const locked = (name) => {
      const before = lock;
      const w = Promise.withResolvers();
      lock = w.promise;
      return (async () => {
        await before;
        steps.push(`${name}in`);
        await undefined;
        steps.push(`${name}out`);
        w.resolve();
      })();
    };
    return Promise.all([locked('A'), locked('B'), locked('C'), worker('D', 9)]);
  });
})();
