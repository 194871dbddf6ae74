// rows: js-12
const show = (name, r) => console.log(`${name}: ${r.value} ${r.done}`);
async function* numbers() {
  console.log('start');
  const got = yield 1;
  console.log('got', got);
  console.log('sent to the yield of a promise:', yield Promise.resolve(2));
  await null;
  yield 3;
  return 'result';
}
(async () => {
  let g = numbers();
  console.log('nothing has run yet');
  const first = g.next('ignored');
  console.log('next runs it up to its first await or yield');
  show('first', await first);
  show('second', await g.next('a'));
  show('third', await g.next('b'));
  show('end', await g.next());
  show('after the end', await g.next());

  // A yielded promise that rejects is thrown at the yield.
  g = (async function* () {
    try { yield Promise.reject(new Error('yielded')); } catch (e) { console.log('caught inside:', e.message); }
    yield 'goes on';
  })();
  show('after a rejected yield', await g.next());

  // A returned promise is awaited.
  g = (async function* () { return Promise.resolve('awaited'); })();
  show('return of a promise', await g.next());
  g = (async function* () { try { return Promise.reject(new Error('returned')); } catch (e) { return `caught ${e.message}`; } })();
  show('return of a rejected one, in a try', await g.next());

  // throw and return arrive at the yield.
  const guarded = async function* () {
    try { yield 1; yield 2; } catch (e) { console.log('caught', e.message); yield 'recovered'; } finally { await null; console.log('finally'); }
  };
  g = guarded();
  await g.next();
  show('throw', await g.throw(new Error('boom')));
  show('next', await g.next());
  g = guarded();
  await g.next();
  show('return', await g.return('value'));
  show('next', await g.next());
  g = guarded();
  await g.next();
  show('return of a promise', await g.return(Promise.resolve('awaited')));
  g = guarded();
  await g.next();
  show('return of a rejected promise is caught', await g.return(Promise.reject(new Error('rejected'))));
  show('next', await g.next());

  // Before the start and after the end.
  show('return at the start', await guarded().return('value'));
  try { await guarded().throw(new Error('early')); } catch (e) { console.log('throw at the start:', e.message); }
  try { await guarded().return(Promise.reject(new Error('early'))); } catch (e) { console.log('return of a rejected one at the start:', e.message); }
  g = guarded();
  await g.return();
  show('next when done', await g.next());
  show('return when done', await g.return('late'));
  try { await g.throw(new Error('late')); } catch (e) { console.log('throw when done:', e.message); }
})();
