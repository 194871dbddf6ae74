// rows: js-03, js-05, js-12
// Awaits beside chains of promises.
let steps = [];
const push = (s) => { steps.push(s); };
async function section(title, run) { steps = []; run(); await new Promise((resolve) => setImmediate(resolve)); console.log(`${title}: ${steps.join(' ')}`); }
const chain = (...names) => { let p = new Promise((resolve) => { push(names[0]); resolve(); }); for (const n of names.slice(1)) p = p.then(() => push(n)); };
function countdown(n) { push(n); if (n > 0) return Promise.resolve(n - 1).then(countdown); }

(async () => {
  await section('await of an async function', () => {
    const inner = async (n) => push(`await${n}`);
    (async () => { await inner(1); await inner(2); })();
    chain('p1', 'p2', 'p3');
  });
  await section('the same in an async generator', () => {
    const inner = async () => push('await');
    (async function* () { for (let i = 0; i < 3; i++) await inner(); })().next();
    chain('p1', 'p2', 'p3');
  });
  await section('a thenable and a promise', () => {
    (async () => { await { then(resolve) { push('then'); resolve(); } }; push('thenable'); })();
    (async () => { await Promise.resolve(); push('promise'); })();
    (async () => { await 0; push('value'); })();
    chain('p1', 'p2', 'p3', 'p4');
  });
  await section('a pending thenable', () => {
    let go;
    (async () => { await { then(resolve) { push('then'); go = resolve; } }; push('thenable'); })();
    chain('p1', 'p2', 'p3');
    Promise.resolve().then(() => {}).then(() => { push('go'); go(); });
  });
  await section('for await over a generator that yields promises', () => {
    async function* down(n) { while (n > 0) yield Promise.resolve(n--); }
    (async () => { for await (const n of down(3)) push(`await${n}`); })();
    countdown(6);
  });
  await section('for await over an iterator by hand', () => {
    let n = 0;
    const source = { [Symbol.asyncIterator]() { return { next: () => Promise.resolve(++n > 2 ? { value: undefined, done: true } : { value: n, done: false }) }; } };
    (async () => { push('before'); for await (const v of source) push(`value${v}`); push('after'); })();
    chain('p1', 'p2', 'p3', 'p4');
  });
  await section('for await over an iterator that gives thenables', () => {
    let n = 0;
    const source = { [Symbol.asyncIterator]() { return { next: () => ({ then(resolve) { push('then'); resolve(++n > 1 ? { value: undefined, done: true } : { value: n, done: false }); } }) }; } };
    (async () => { for await (const v of source) push(`value${v}`); push('after'); })();
    chain('p1', 'p2', 'p3', 'p4', 'p5', 'p6');
  });
  await section('four awaits', () => {
    (async () => { for (let i = 1; i <= 4; i++) { push(`await${i}`); await null; } })();
    Promise.resolve().then(() => push('tick1')).then(() => push('tick2')).then(() => push('tick3')).then(() => push('tick4'));
  });
})();
