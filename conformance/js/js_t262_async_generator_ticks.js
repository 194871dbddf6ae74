// rows: js-03, js-12
// Which microtask answers a request.
async function* implicit() {}
async function* bare() { return; }
async function* explicit() { return undefined; }
async function* awaited() { return await undefined; }
async function* yields() { yield 1; }
async function* yieldsThenable() { yield { then(resolve) { steps.push('then'); resolve(1); } }; }
async function* star() { yield* yields(); }
async function* starStar() { yield* star(); }
async function* starSync() { yield* [1]; }
async function* starEmpty() { yield* []; }
async function* throws() { throw new Error('t'); }
async function* rejects() { yield Promise.reject(new Error('r')); }
const steps = [];
const note = (name) => [() => steps.push(name), () => steps.push(`${name} (thrown)`)];
async function section(title, run) {
  steps.length = 0;
  run();
  let chain = Promise.resolve();
  for (let i = 1; i <= 8; i++) chain = chain.then(() => { steps.push(i); });
  await chain;
  console.log(`${title}: ${steps.join(' ')}`);
}
(async () => {
  await section('four ways to end', () => {
    implicit().next().then(...note('implicit'));
    bare().next().then(...note('bare'));
    explicit().next().then(...note('explicit'));
    awaited().next().then(...note('awaited'));
  });
  await section('yields', () => {
    yields().next().then(...note('value'));
    yieldsThenable().next().then(...note('thenable'));
    star().next().then(...note('yield*'));
    starStar().next().then(...note('yield* twice'));
    starSync().next().then(...note('yield* of an array'));
    starEmpty().next().then(...note('yield* of nothing'));
  });
  await section('errors', () => {
    throws().next().then(...note('throws'));
    rejects().next().then(...note('rejects'));
  });
  for (const [name, make] of Object.entries({ yields, star, starStar, starSync })) {
    const g = make();
    await g.next();
    await section(`${name}, second next`, () => g.next().then(...note('done')));
    const h = make();
    await h.next();
    await section(`${name}, return of a thenable`, () => h.return({ then(resolve) { steps.push('then'); resolve(); } }).then(...note('done')));
    const i = make();
    await i.next();
    await section(`${name}, throw`, () => i.throw(new Error('t')).then(...note('done')));
  }
  await section('all asked at once', () => {
    const g = starStar();
    for (const n of ['a', 'b', 'c']) g.next().then(...note(n));
  });
})();
