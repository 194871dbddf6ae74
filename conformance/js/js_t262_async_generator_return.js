// rows: js-12, js-03
// return() in every state of an async generator, with every kind of value, beside a chain that counts.
const states = {
  'at the start': async () => body(),
  'at a yield': async () => { const g = body(); await g.next(); return g; },
  'at a yield in try catch': async () => { const g = caught(); await g.next(); return g; },
  'at a yield in try finally': async () => { const g = finished(); await g.next(); return g; },
  'finally returns': async () => { const g = returning(); await g.next(); return g; },
  'finally throws': async () => { const g = throwing(); await g.next(); return g; },
  'finally yields': async () => { const g = yielding(); await g.next(); return g; },
  'in yield*': async () => { const g = (async function* () { yield* finished(); })(); await g.next(); return g; },
  'completed': async () => { const g = body(); await g.return(); return g; },
};
async function* body() { yield 1; }
async function* caught() { try { yield 1; } catch (e) { steps.push(`caught ${e.message}`); yield 'goes on'; } }
async function* finished() { try { yield 1; } finally { steps.push('finally'); } }
async function* returning() { try { yield 1; } finally { return 'replaced'; } }
async function* throwing() { try { yield 1; } finally { throw new Error('of finally'); } }
async function* yielding() { try { yield 1; } finally { yield 'of finally'; } }
const values = {
  'a value': () => 'v',
  'a promise': () => Promise.resolve('v'),
  'a rejected promise': () => Promise.reject(new Error('r')),
  'a thenable': () => ({ then(resolve) { resolve('v'); } }),
};
const steps = [];
(async () => {
  for (const [state, make] of Object.entries(states)) {
    console.log(state);
    for (const [name, value] of Object.entries(values)) {
      // V8 14.6 loses the rejection here; the specification and older versions throw it.
      if (state === 'in yield*' && name === 'a rejected promise') continue;
      const g = await make();
      steps.length = 0;
      g.return(value()).then((r) => steps.push(`${r.value}/${r.done}`), (e) => steps.push(`thrown ${e.message}`));
      let chain = Promise.resolve();
      for (let i = 1; i <= 7; i++) chain = chain.then(() => { steps.push(i); });
      await chain;
      const seen = steps.join(' ');
      const after = await g.next().then((r) => `${r.value}/${r.done}`, (e) => `thrown ${e.message}`);
      console.log(`  ${name}: ${seen}, then ${after}`);
    }
  }
})();
