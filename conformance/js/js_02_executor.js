// rows: js-02
const show = (error) => `${error.name}: ${error.message}`;

console.log('before');
const made = new Promise((resolve) => {
  console.log('the executor runs at once');
  resolve('value');
  console.log('and goes on after resolve');
});
console.log('after');
made.then((value) => console.log('then:', value));

// The first call counts.
new Promise((resolve) => { resolve(1); resolve(2); }).then((v) => console.log('resolve twice:', v));
new Promise((resolve, reject) => { resolve(1); reject(new Error('no')); }).then((v) => console.log('resolve, reject:', v));
new Promise((resolve, reject) => { reject(new Error('first')); resolve(1); }).catch((e) => console.log('reject, resolve:', show(e)));
new Promise((resolve, reject) => { reject(new Error('first')); reject(new Error('second')); }).catch((e) => console.log('reject twice:', show(e)));

// A throw rejects, unless the promise has been resolved.
new Promise(() => { throw new RangeError('thrown'); }).catch((e) => console.log('throw:', show(e)));
new Promise((resolve) => { resolve(1); throw new Error('late'); }).then((v) => console.log('resolve, throw:', v));

// Resolved with a promise that is pending, it is not settled, and yet takes no other end.
let settle;
const inner = new Promise((resolve) => { settle = resolve; });
new Promise((resolve, reject) => { resolve(inner); reject(new Error('no')); resolve(3); }).then((v) => console.log('locked in:', v));
settle('of the inner one');

// The functions work after the executor has returned.
let resolveLater, rejectLater;
const later = new Promise((resolve, reject) => { resolveLater = resolve; rejectLater = reject; });
later.then((v) => console.log('later:', v));
resolveLater('by hand');
rejectLater(new Error('ignored'));
console.log('end of main');
