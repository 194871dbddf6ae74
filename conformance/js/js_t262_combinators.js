// rows: js-03, js-04
// When the combinators' promises settle, seen beside reactions on what they were given.
const names = { all: (l) => Promise.all(l), allSettled: (l) => Promise.allSettled(l), any: (l) => Promise.any(l), race: (l) => Promise.race(l) };
const F = () => Promise.resolve('f');
const R = () => Promise.reject('r');
const steps = [];
const step = (name) => () => { steps.push(name); };
function chain(count) { let p = Promise.resolve(); for (let i = 1; i <= count; i++) p = p.then(step(i)); return p; }
const settled = (promise, name = 'done') => promise.then(step(name), step(`${name} (rejected)`));

(async () => {
  for (const [name, combine] of Object.entries(names)) {
    const section = async (title, run) => { steps.length = 0; run(); await chain(6); console.log(`${name}, ${title}: ${steps.join(' ')}`); };
    await section('one fulfilled', () => { const a = F(); settled(combine([a])); settled(a, 'a'); });
    await section('reaction first', () => { const a = F(); settled(a, 'a'); settled(combine([a])); });
    await section('one rejected', () => { const a = R(); settled(combine([a])); settled(a, 'a'); });
    await section('mixed', () => { const [a, b, c] = [R(), F(), R()]; settled(a, 'a'); settled(combine([a, b, c])); settled(b, 'b'); settled(c, 'c'); });
    await section('two rejected', () => { const [a, b] = [R(), R()]; settled(a, 'a'); settled(combine([a, b])); settled(b, 'b'); });
    await section('one after another', () => { const a = F(), b = a.then(() => 'later'); settled(combine([b, a])); settled(b, 'b'); });
    await section('thenables', () => {
      settled(combine([{ then(resolve) { steps.push('t1'); resolve(); } }, { then(resolve, reject) { steps.push('t2'); reject(); } }]));
    });
    await section('a thenable that settles an earlier one', () => {
      let first;
      settled(combine([{ then(resolve) { steps.push('t1'); first = resolve; } }, { then(resolve) { steps.push('t2'); first(); resolve(); first(); } }]));
    });
    await section('a promise twice', () => { const a = F(); settled(combine([a, a])); settled(a, 'a'); });
    await section('nested', () => settled(combine([combine([F()]), combine([F()])])));
    await section('values and promises', () => settled(combine([1, F(), 2])));
  }
  steps.length = 0;
  settled(Promise.all([]), 'all'); settled(Promise.allSettled([]), 'allSettled'); settled(Promise.any([]), 'any'); settled(Promise.race([]), 'race');
  await chain(3);
  console.log('of nothing:', steps.join(' '));
})();
