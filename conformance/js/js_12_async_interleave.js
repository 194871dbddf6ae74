// rows: js-12, js-03
// Async generators beside workers: who comes when.
const steps = [];
async function worker(name, count) { for (let i = 1; i <= count; i++) { steps.push(`${name}${i}`); await null; } }
async function section(title, run) { steps.length = 0; await run(); console.log(`${title}: ${steps.join(' ')}`); }
async function* gen(name, count) { for (let i = 1; i <= count; i++) { steps.push(`${name}${i}`); yield i; } }
async function* plain(count) { for (let i = 1; i <= count; i++) yield i; }
async function* promised(count) { for (let i = 1; i <= count; i++) yield Promise.resolve(i); }
async function* star(count) { yield* plain(count); }
async function walk(name, source) { for await (const n of source) steps.push(`${name}${n}`); steps.push(`${name}!`); }
(async () => {
  await section('for await over an array', () => Promise.all([walk('a', [1, 2]), worker('W', 10)]));
  await section('over an array of promises', () => Promise.all([walk('a', [Promise.resolve(1), Promise.resolve(2)]), worker('W', 10)]));
  await section('over a generator', () => Promise.all([walk('a', plain(2)), worker('W', 10)]));
  await section('over one that yields promises', () => Promise.all([walk('a', promised(2)), worker('W', 10)]));
  await section('over one that delegates', () => Promise.all([walk('a', star(2)), worker('W', 14)]));
  await section('two generators', () => Promise.all([walk('a', gen('g', 3)), walk('b', gen('h', 3))]));
  await section('inside and outside', () => Promise.all([walk('a', gen('g', 3)), worker('W', 10)]));
  await section('break', () => Promise.all([(async () => { for await (const n of gen('g', 3)) { steps.push(`a${n}`); break; } steps.push('a!'); })(), worker('W', 8)]));
  await section('three requests at once', () => { const g = plain(2); return Promise.all([...[1, 2, 3].map((i) => g.next().then((r) => steps.push(`n${i}:${r.done}`))), worker('W', 8)]); });
  await section('return() at the start', () => Promise.all([plain(2).return().then(() => steps.push('done')), worker('W', 5)]));
  await section('return() at a yield', async () => { const g = plain(2); await g.next(); await Promise.all([g.return().then(() => steps.push('done')), worker('W', 5)]); });
})();
