// rows: js-05
const show = (error) => `${error.name}: ${error.message}`;

async function f(name) {
  console.log(name, 'starts');
  await null;
  console.log(name, 'after the first await');
  await null;
  console.log(name, 'after the second await');
  return name;
}
console.log('before');
f('a').then((v) => console.log(v, 'is done'));
console.log('between');
f('b').then((v) => console.log(v, 'is done'));
console.log('after');

// A throw before the first await rejects; it does not reach the caller.
async function failing() { console.log('failing starts'); throw new Error('at once'); }
let promise;
try { promise = failing(); console.log('the call returned'); } catch { console.log('never'); }
promise.catch((e) => console.log('rejected:', show(e)));

// So does one in the arguments' defaults, and one in a function called before the await.
async function nested() { await null; return deeper(); }
function deeper() { throw new RangeError('deep'); }
nested().catch((e) => console.log('rejected:', show(e)));

// Nothing waits without an await: the body goes on.
async function forgets() { f('c'); console.log('not waited for'); }
forgets();

// A call that awaits a call runs both up to the innermost await.
async function outer() { console.log('outer starts'); await middle(); console.log('outer ends'); }
async function middle() { console.log('middle starts'); await inner(); console.log('middle ends'); }
async function inner() { console.log('inner starts'); await 0; console.log('inner ends'); }
outer();
queueMicrotask(() => console.log('a microtask'));
console.log('end of main');
