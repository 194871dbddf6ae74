// rows: js-12
const show = (name, r) => console.log(`${name}: ${r.value} ${r.done}`);
async function* inner(name) {
  try {
    const got = yield `${name} 1`;
    console.log(name, 'got', got);
    yield `${name} 2`;
    return `${name} result`;
  } catch (e) {
    console.log(name, 'caught', e.message);
    yield `${name} recovered`;
    return 'result after an error';
  } finally {
    await null;
    console.log(name, 'finally');
  }
}
async function* outer() {
  console.log('outer got', yield* inner('a'));
  console.log('outer got', yield* inner('b'));
  // A plain iterable: its promises are awaited.
  yield* [Promise.resolve('a promise'), 'a value'];
  try { yield* [Promise.reject(new Error('a rejected promise'))]; } catch (e) { console.log('outer caught', e.message); }
  return 'end';
}
(async () => {
  let g = outer();
  show('1', await g.next()); show('2', await g.next('sent')); show('3', await g.next());
  show('4', await g.throw(new Error('thrown in'))); show('5', await g.next());
  show('6', await g.next()); show('7', await g.next()); show('8', await g.next());
  g = outer();
  await g.next();
  show('return', await g.return('returned'));
  show('next', await g.next());
})();
