// rows: js-12
// yield* over iterators by hand: which of their methods are called, with what, and what comes of it.
const show = (name, r) => console.log(`  ${name}: ${r.value} ${r.done}`);
function iterator(name, { withReturn = true, withThrow = true } = {}) {
  let n = 0;
  const methods = {
    next(value) { console.log(`  ${name}.next(${value})`); return ++n > 2 ? { value: `${name} result`, done: true } : { value: `${name}${n}`, done: false }; },
  };
  if (withReturn) methods.return = (value) => { console.log(`  ${name}.return(${value})`); return { value, done: true }; };
  if (withThrow) methods.throw = (e) => { console.log(`  ${name}.throw(${e.message})`); return { value: `${name} after the throw`, done: true }; };
  return methods;
}
const sync = (...given) => ({ [Symbol.iterator]: () => iterator(...given) });
const async = (...given) => ({ [Symbol.asyncIterator]: () => { const i = iterator(...given); return Object.fromEntries(Object.entries(i).map(([k, f]) => [k, async (v) => f(v)])); } });
async function* over(source) { try { console.log('  result:', yield* source); yield 'behind'; } catch (e) { console.log(`  caught ${e.name}`); } finally { console.log('  finally'); } }

(async () => {
  for (const [kind, source] of [['sync', sync], ['async', async]]) {
    console.log(`${kind}: to its end`);
    let g = over(source('i'));
    show('1', await g.next('not seen')); show('2', await g.next('b')); show('3', await g.next('c')); show('4', await g.next());
    console.log(`${kind}: return`);
    g = over(source('i'));
    await g.next();
    show('return', await g.return('r')); show('next', await g.next());
    console.log(`${kind}: throw`);
    g = over(source('i'));
    await g.next();
    show('throw', await g.throw(new Error('t'))); show('next', await g.next());
    console.log(`${kind}: return, and it has none`);
    g = over(source('i', { withReturn: false }));
    await g.next();
    show('return', await g.return('r'));
    console.log(`${kind}: throw, and it has none: it is closed`);
    g = over(source('i', { withThrow: false }));
    await g.next();
    show('throw', await g.throw(new Error('t')));
  }
})();
