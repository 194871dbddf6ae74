// rows: js-03
// How many microtasks pass until a promise has settled, seen by one reaction on it.
async function ticks(name, make) {
  let done = false, n = 0;
  make().then(() => { done = true; }, () => { done = true; });
  while (!done) { await 0; n++; }
  console.log(`${name}: ${n}`);
}
const P = (value) => Promise.resolve(value);
const thenable = (value) => ({ then(resolve) { resolve(value); } });
const R = () => Promise.reject(new Error('r'));

(async () => {
  await ticks('async: return 1', async () => 1);
  await ticks('async: throw', async () => { throw new Error('t'); });
  await ticks('async: return await 1', async () => await 1);
  await ticks('async: return P', async () => P(1));
  await ticks('async: return await P', async () => await P(1));
  await ticks('async: return a rejected P', async () => R());
  await ticks('async: return await a rejected P', async () => await R());
  await ticks('async: return thenable', async () => thenable(1));
  await ticks('async: await thenable', async () => { await thenable(1); });
  await ticks('async: two awaits', async () => { await 1; await 2; });
  await ticks('async: await an async function', async () => { await (async () => 1)(); });
  await ticks('async: return an async function', async () => (async () => 1)());
  await ticks('async: await in try, return in finally', async () => { try { await 1; } finally { return 2; } });
  await ticks('async: await in finally', async () => { try { return 1; } finally { await 2; } });
  await ticks('async: rejection caught', async () => { try { await R(); } catch { return 1; } });

  await ticks('resolve', () => P(1));
  await ticks('new: r(1)', () => new Promise((r) => r(1)));
  await ticks('new: r(P)', () => new Promise((r) => r(P(1))));
  await ticks('new: r(thenable)', () => new Promise((r) => r(thenable(1))));
  await ticks('new: throw', () => new Promise(() => { throw new Error('t'); }));
  await ticks('resolve(P)', () => Promise.resolve(P(1)));
  await ticks('resolve(thenable)', () => Promise.resolve(thenable(1)));
  await ticks('try: 1', () => Promise.try(() => 1));
  await ticks('try: P', () => Promise.try(() => P(1)));
  await ticks('try: throw', () => Promise.try(() => { throw new Error('t'); }));
  await ticks('withResolvers: P', () => { const w = Promise.withResolvers(); w.resolve(P(1)); return w.promise; });

  await ticks('then: 1', () => P().then(() => 1));
  await ticks('then: throw', () => P().then(() => { throw new Error('t'); }));
  await ticks('then: native promise', () => P().then(() => P(1)));
  await ticks('then: rejected promise', () => P().then(() => R()));
  await ticks('then: thenable', () => P().then(() => thenable(1)));
  await ticks('then: async function', () => P().then(async () => 1));
  await ticks('then, then', () => P().then(() => 1).then(() => 2));
  await ticks('then without handlers', () => P().then());
  await ticks('catch, nothing to catch', () => P().catch(() => 1));
  await ticks('catch', () => R().catch(() => 1));
  await ticks('finally', () => P().finally(() => {}));
  await ticks('finally of a rejected one', () => R().finally(() => {}));
  await ticks('finally: throw', () => P().finally(() => { throw new Error('t'); }));
  await ticks('finally: P', () => P().finally(() => P(1)));

  await ticks('all([])', () => Promise.all([]));
  await ticks('all([1])', () => Promise.all([1]));
  await ticks('all([P, P])', () => Promise.all([P(1), P(2)]));
  await ticks('all([thenable])', () => Promise.all([thenable(1)]));
  await ticks('all([rejected])', () => Promise.all([R()]));
  await ticks('allSettled([])', () => Promise.allSettled([]));
  await ticks('allSettled([1])', () => Promise.allSettled([1]));
  await ticks('allSettled([rejected])', () => Promise.allSettled([R()]));
  await ticks('any([])', () => Promise.any([]));
  await ticks('any([1])', () => Promise.any([1]));
  await ticks('any([rejected])', () => Promise.any([R()]));
  await ticks('race([1])', () => Promise.race([1]));
  await ticks('race([rejected])', () => Promise.race([R()]));
  await ticks('race([thenable])', () => Promise.race([thenable(1)]));
})();
