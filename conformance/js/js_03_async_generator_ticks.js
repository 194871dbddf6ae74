// rows: js-03, js-12
// How many microtasks pass until a request to an async generator is answered.
async function ticks(name, make) {
  let done = false, n = 0;
  make().then(() => { done = true; }, () => { done = true; });
  while (!done) { await 0; n++; }
  console.log(`${name}: ${n}`);
}
const P = (value) => Promise.resolve(value);
const R = () => Promise.reject(new Error('r'));
const thenable = (value) => ({ then(resolve) { resolve(value); } });
async function* one(value) { yield value; }
async function* inner() { yield 1; yield 2; }

async function started(generator) { await generator.next(); return generator; }

(async () => {
  await ticks('yield 1', () => one(1).next());
  await ticks('yield P', () => one(P(1)).next());
  await ticks('yield a rejected P', () => one(R()).next());
  await ticks('yield thenable', () => one(thenable(1)).next());
  await ticks('await, yield', () => (async function* () { await 0; yield 1; })().next());
  await ticks('end', () => (async function* () {})().next());
  await ticks('return 1', () => (async function* () { return 1; })().next());
  await ticks('return P', () => (async function* () { return P(1); })().next());
  await ticks('return await P', () => (async function* () { return await P(1); })().next());
  await ticks('throw', () => (async function* () { throw new Error('t'); })().next());

  await ticks('return() at the start', () => one(1).return(5));
  await ticks('return(P) at the start', () => one(1).return(P(5)));
  await ticks('throw() at the start', () => one(1).throw(new Error('t')));
  const suspended = await started(one(1));
  await ticks('return() at a yield', () => suspended.return(5));
  await ticks('return() when done', () => suspended.return(5));
  await ticks('next() when done', () => suspended.next());
  await ticks('throw() when done', () => suspended.throw(new Error('t')));
  const second = await started(one(1));
  await ticks('return(P) at a yield', () => second.return(P(5)));
  const third = await started(one(1));
  await ticks('throw() at a yield', () => third.throw(new Error('t')));
  const guarded = await started((async function* () { try { yield 1; } finally { await 0; } })());
  await ticks('return() through a finally with an await', () => guarded.return(5));

  await ticks('yield*', () => (async function* () { yield* inner(); })().next());
  await ticks('yield* over a plain array', () => (async function* () { yield* [1]; })().next());
  await ticks('yield* over an array of promises', () => (async function* () { yield* [P(1)]; })().next());
  const delegating = await started((async function* () { yield* inner(); })());
  await ticks('return() through yield*', () => delegating.return(5));

  await ticks('the second of three', () => { const g = inner(); g.next(); return g.next(); });
  await ticks('the third of three', () => { const g = inner(); g.next(); g.next(); return g.next(); });

  await ticks('for await, nothing', async () => { for await (const _ of []); });
  await ticks('for await, one value', async () => { for await (const _ of [1]); });
  await ticks('for await, one promise', async () => { for await (const _ of [P(1)]); });
  await ticks('for await, two promises', async () => { for await (const _ of [P(1), P(2)]); });
  await ticks('for await, async generator of one', async () => { for await (const _ of one(1)); });
  await ticks('for await, async generator of two', async () => { for await (const _ of inner()); });
  await ticks('for await, break', async () => { for await (const _ of inner()) break; });
})();
