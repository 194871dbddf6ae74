// rows: js-06
// An async function goes on between two callbacks, if what it awaits is settled.
async function steps(name) {
  for (let i = 1; i <= 3; i++) { console.log(`${name}${i}`); await null; }
}
const busy = () => { const until = performance.now() + 5; while (performance.now() < until); };
const w = Promise.withResolvers();
w.promise.then(() => console.log('resolved in the first timer, seen before the second'));

setTimeout(() => { console.log('timer 1'); steps('a'); w.resolve(); }, 1);
setTimeout(() => { console.log('timer 2'); steps('b'); }, 1);
setTimeout(() => {
  setImmediate(() => { console.log('immediate 1'); steps('c'); });
  setImmediate(() => { console.log('immediate 2'); process.nextTick(steps, 'd'); steps('e'); });
  setImmediate(() => console.log('immediate 3'));
}, 2);
busy();
console.log('end of main');
