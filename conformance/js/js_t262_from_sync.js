// rows: js-12
// Plain iterators of promises, walked by for await and yield*: a rejected promise closes the iterator.
const show = (name, r) => console.log(`${name}: ${r.value} ${r.done}`);
function* source(name) {
  try { yield Promise.resolve(`${name} 1`); yield Promise.reject(new Error(`${name} 2`)); yield `${name} 3`; }
  catch (e) { console.log(name, 'caught', e.message); yield Promise.resolve(`${name} recovered`); }
  finally { console.log(name, 'is closed'); }
}
(async () => {
  try { for await (const v of source('a')) console.log(v); } catch (e) { console.log('out of for await:', e.message); }
  const star = async function* (name) { try { yield* source(name); } catch (e) { console.log('out of yield*:', e.message); yield 'goes on'; } };
  let g = star('b');
  show('first', await g.next()); show('second', await g.next()); show('third', await g.next());
  // throw passes in.
  g = star('c');
  await g.next();
  show('throw', await g.throw(new Error('from outside')));
  show('next', await g.next());
  // return closes it.
  g = star('d');
  await g.next();
  show('return', await g.return(Promise.resolve('r')));
  // break closes it, and its promises that were never asked for are not looked at.
  for await (const v of source('e')) { console.log(v); break; }
  // The return value of a plain generator is not seen by for await, and is the value of yield*.
  function* returns() { yield 1; return Promise.resolve('result'); }
  for await (const v of returns()) console.log('value', v);
  g = (async function* () { console.log('of yield*:', yield* returns()); })();
  await g.next(); await g.next();
})();
