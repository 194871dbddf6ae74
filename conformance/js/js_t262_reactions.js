// rows: js-02, js-03
// The order of reactions, as the cases of test262 on Promise.prototype.then look at it.
const sequences = [];
function sequence(title) {
  const steps = [];
  sequences.push(() => console.log(`${title}: ${steps.join(' ')}`));
  return (step) => steps.push(step);
}

// Two promises that are settled in another order than their reactions were added in.
{
  const step = sequence('settled before the reactions');
  const a = Promise.withResolvers(), b = Promise.withResolvers();
  b.reject('b'); a.resolve('a');
  a.promise.then(step); b.promise.catch(step);
  step('main');
}
{
  const step = sequence('settled after the reactions');
  const a = Promise.withResolvers(), b = Promise.withResolvers();
  a.promise.then(step); b.promise.catch(step);
  b.reject('b'); a.resolve('a');
  step('main');
}
{
  const step = sequence('one before, one after');
  const a = Promise.withResolvers(), b = Promise.withResolvers();
  b.reject('b');
  a.promise.then(step); b.promise.catch(step);
  a.resolve('a');
  step('main');
}
{
  const step = sequence('reactions added in a microtask');
  const a = Promise.withResolvers(), b = Promise.withResolvers();
  b.reject('b'); a.resolve('a');
  Promise.resolve().then(() => { a.promise.then(step); b.promise.catch(step); step('adder'); });
  step('main');
}
// A promise with several reactions, some of which throw.
{
  const step = sequence('a throw does not hold up the others');
  const a = Promise.withResolvers();
  a.promise.then(() => { step(1); throw new Error('x'); }).catch(() => step(5));
  a.promise.then(() => step(2)).then(() => step(6));
  a.promise.then(() => { step(3); throw new Error('x'); }).then(() => step('never'), () => step(7));
  a.promise.then(() => step(4));
  a.resolve();
}
// Chains that begin on one promise advance side by side.
{
  const step = sequence('three chains');
  const p = Promise.resolve();
  for (const name of ['a', 'b', 'c']) p.then(() => step(`${name}1`)).then(() => step(`${name}2`)).then(() => step(`${name}3`));
}
// Missing handlers take a microtask each.
{
  const step = sequence('passing through');
  Promise.reject('r').then(() => step('never')).then().finally(() => step('finally')).catch((r) => step(r));
  Promise.resolve().then(() => step(1)).then(() => step(2)).then(() => step(3)).then(() => step(4)).then(() => step(5)).then(() => step(6)).then(() => step(7));
}
// finally that returns a promise that rejects.
{
  const step = sequence('finally and a rejection');
  Promise.resolve().then(() => step(1)).finally(() => { step(2); return Promise.reject('no'); }).catch((r) => step(r)).then(() => step(3));
  Promise.resolve().then(() => step('a')).then(() => step('b')).then(() => step('c')).then(() => step('d')).then(() => step('e')).then(() => step('f'));
}
// Resolving by a promise, by a thenable and by a value, at once and from a handler.
{
  const step = sequence('four ways of resolving');
  const thenable = (name) => ({ then(resolve) { step(`${name}.then`); resolve(); } });
  new Promise((r) => r(Promise.resolve())).then(() => step('promise'));
  new Promise((r) => r(thenable('t'))).then(() => step('thenable'));
  new Promise((r) => r()).then(() => step('value'));
  Promise.resolve().then(() => Promise.resolve()).then(() => step('handler, promise'));
  Promise.resolve().then(() => thenable('h')).then(() => step('handler, thenable'));
  Promise.resolve().then(() => {}).then(() => step('handler, value'));
}
{
  const step = sequence('a foreign thenable');
  const p = Promise.resolve({ then(resolve) { step(3); resolve(4); step('3b'); } });
  step(1);
  p.then(step);
  step(2);
}
setImmediate(() => sequences.forEach((print) => print()));
