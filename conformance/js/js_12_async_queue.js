// rows: js-12
// Requests to an async generator queue up; each is answered in its turn.
const show = (name) => (r) => console.log(`${name}: ${r.value} ${r.done}`);
const fail = (name) => (e) => console.log(`${name}: ${e.message}`);
async function* slow() {
  try {
    for (let i = 1; i <= 3; i++) {
      console.log('works on', i);
      await new Promise((resolve) => setTimeout(resolve, 1));
      const got = yield i;
      console.log('got', got);
    }
    return 'end';
  } finally { console.log('finally'); }
}
(async () => {
  let g = slow();
  await Promise.all([
    g.next('a').then(show('next a')), g.next('b').then(show('next b')), g.next('c').then(show('next c')),
    g.next('d').then(show('next d')), g.next('e').then(show('next e')),
  ]);
  console.log('-- return in between');
  g = slow();
  await Promise.all([
    g.next('a').then(show('next a')), g.return('r').then(show('return')), g.next('b').then(show('next b')),
    g.return('again').then(show('return again')), g.throw(new Error('late')).catch(fail('throw')),
  ]);
  console.log('-- throw in between');
  g = slow();
  await Promise.all([
    g.next('a').then(show('next a')), g.throw(new Error('boom')).catch(fail('throw')), g.next('b').then(show('next b')),
  ]);
  console.log('-- an error in the body');
  g = (async function* () { yield 1; throw new Error('inside'); })();
  await Promise.all([
    g.next().then(show('first')), g.next().catch(fail('second')), g.next().then(show('third')), g.return('r').then(show('return')),
  ]);
  console.log('-- it may ask itself');
  let inside;
  g = (async function* () { inside = g.next(); yield 1; yield 2; })();
  show('outside')(await g.next());
  show('inside')(await inside);
})();
