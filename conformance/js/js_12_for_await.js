// rows: js-12
async function* numbers(count, name = 'generator') {
  try { for (let i = 1; i <= count; i++) { await null; yield i; } return 'not seen'; } finally { console.log(`${name}: closed`); }
}
(async () => {
  for await (const n of numbers(2)) console.log('value', n);

  // break, return and a throw close it, and that is waited for.
  for await (const n of numbers(9, 'break')) { console.log('value', n); if (n === 2) break; }
  const first = async () => { for await (const n of numbers(9, 'return')) return n; };
  console.log('returned', await first());
  try { for await (const n of numbers(9, 'throw')) throw new Error(`thrown at ${n}`); } catch (e) { console.log(e.message); }
  label: for (const outer of [1, 2]) {
    for await (const n of numbers(9, `continue ${outer}`)) { if (n === 2) continue label; console.log(outer, n); }
  }

  // An error of the generator passes through, and it is not closed again.
  const failing = async function* () { try { yield 1; throw new Error('inside'); } finally { console.log('failing: closed'); } };
  try { for await (const n of failing()) console.log('value', n); } catch (e) { console.log(e.message); }

  // Plain iterables: promises are awaited, one after another.
  for await (const v of ['plain', Promise.resolve('promise'), { then(resolve) { resolve('thenable'); } }]) console.log(v);
  try {
    for await (const v of [Promise.resolve('before'), Promise.reject(new Error('rejected')), 'after']) console.log(v);
  } catch (e) { console.log(e.message); }
  // A rejection closes a plain generator.
  function* plain() { try { yield Promise.reject(new Error('of a plain generator')); yield 'never'; } finally { console.log('plain: closed'); } }
  try { for await (const v of plain()) console.log(v); } catch (e) { console.log(e.message); }

  // An error while closing: it wins over break, and loses to a throw.
  const stubborn = async function* () { try { yield 1; } finally { throw new Error('while closing'); } };
  try { for await (const _ of stubborn()) break; } catch (e) { console.log('break:', e.message); }
  try { for await (const _ of stubborn()) throw new Error('in the loop'); } catch (e) { console.log('throw:', e.message); }

  // Two walkers share one generator.
  const shared = numbers(6, 'shared');
  const seen = [];
  const walk = async (name) => { for await (const n of shared) seen.push(`${name}${n}`); };
  await Promise.all([walk('a'), walk('b')]);
  console.log(seen.join(' '));
})();
