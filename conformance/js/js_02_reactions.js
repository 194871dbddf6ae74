// rows: js-02
const show = (error) => `${error.name}: ${error.message}`;

// Reactions run in the order they were added, never at once, also on a settled promise.
const settled = Promise.resolve('s');
settled.then(() => console.log('first on settled'));
settled.then(() => console.log('second on settled'));
console.log('nothing has run yet');

const w = Promise.withResolvers();
w.promise.then(() => { console.log('first on pending'); w.promise.then(() => console.log('added in a reaction')); });
w.promise.then(() => console.log('second on pending'));
w.resolve();
console.log('resolved, and nothing has run yet');

// Without a handler the end is passed on.
Promise.resolve(1).then(undefined, () => 2).then((v) => console.log('value passed on:', v));
Promise.reject(new Error('e')).then(() => 2).catch((e) => console.log('error passed on:', show(e)));

// A handler's value, error and promise become the end of the derived promise.
Promise.resolve(1).then((v) => v + 1).then((v) => console.log('value:', v));
Promise.resolve(1).then(() => { throw new Error('thrown'); }).catch((e) => console.log('thrown:', show(e)));
Promise.reject(new Error('e')).catch((e) => `recovered from ${e.message}`).then((v) => console.log(v));
Promise.resolve(1).then(() => Promise.reject(new Error('inner'))).catch((e) => console.log('returned rejection:', show(e)));

// finally gets nothing, passes the end on, and only its failure replaces it.
Promise.resolve('v').finally((...given) => { console.log('finally is given', given.length); return 'ignored'; }).then((v) => console.log('after finally:', v));
Promise.reject(new Error('e')).finally(() => 'ignored').catch((e) => console.log('after finally:', show(e)));
Promise.resolve('v').finally(() => { throw new Error('in finally'); }).catch((e) => console.log('finally throws:', show(e)));
Promise.reject(new Error('e')).finally(() => Promise.reject(new Error('from finally'))).catch((e) => console.log('finally rejects:', show(e)));
let release;
Promise.resolve('v').finally(() => new Promise((resolve) => { release = resolve; })).then((v) => console.log('finally was waited for:', v));
setTimeout(() => { console.log('release'); release(); }, 1);

// Promise.resolve gives a promise back as it is, and wraps anything else.
console.log('the same promise:', Promise.resolve(settled) === settled);
console.log('new from new:', new Promise((resolve) => resolve(settled)) === settled);
