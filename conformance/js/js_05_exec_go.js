// rows: js-05
// Two started at once: sleep, exec and go, as tutorials have them.
const sleep = (ms) => new Promise((resolve) => {
  console.log('sleep start');
  setTimeout(() => { console.log('sleep end'); resolve(); }, ms);
});
const states = new Map();
function watched(promise) {
  states.set(promise, 'pending');
  promise.then(() => states.set(promise, 'fulfilled'), () => states.set(promise, 'rejected'));
  return promise;
}
async function exec() {
  const begin = Date.now();
  console.log('start');
  const first = watched(sleep(150));
  console.log('-------1');
  const second = watched(sleep(150));
  console.log(states.get(first), states.get(second));
  await first;
  console.log('-------2');
  await second;
  await null;
  console.log(states.get(first), states.get(second));
  const took = Date.now() - begin;
  console.log('end, at once:', took >= 148 && took < 300);
}
function go() { exec(); }
go();
console.log('go has returned');
