// rows: js-02
const show = (error) => `${error.name}: ${error.message}`;
const report = (name, promise) => promise.then(
  (value) => console.log(`${name}: fulfilled ${value}`),
  (error) => console.log(`${name}: rejected ${show(error)}`));

// then is called in a microtask of its own, not by resolve.
const logging = { then(resolve) { console.log('then is called'); resolve('adopted'); } };
const p = new Promise((resolve) => { resolve(logging); console.log('resolve has returned'); });
queueMicrotask(() => console.log('a microtask queued after resolve'));
report('logging', p);

// Each of the two functions works once, and the first call wins.
report('twice', Promise.resolve({ then(resolve) { resolve(1); resolve(2); } }));
report('resolve, reject', Promise.resolve({ then(resolve, reject) { resolve(1); reject(new Error('no')); } }));
report('reject, resolve', Promise.resolve({ then(resolve, reject) { reject(new Error('yes')); resolve(1); } }));

// A throw rejects, unless one of them was called before.
report('throws', Promise.resolve({ then() { throw new Error('in then'); } }));
report('resolve, throw', Promise.resolve({ then(resolve) { resolve(1); throw new Error('late'); } }));
report('reject, throw', Promise.resolve({ then(resolve, reject) { reject(new Error('first')); throw new Error('late'); } }));

// A thenable may lead to another one, or to a promise.
report('nested', Promise.resolve({ then(resolve) { resolve({ then(resolve) { resolve('inner'); } }); } }));
report('to a promise', Promise.resolve({ then(resolve) { resolve(Promise.resolve('native')); } }));
report('to a rejected one', Promise.resolve({ then(resolve) { resolve(Promise.reject(new Error('native'))); } }));
report('nested, throws', Promise.resolve({ then(resolve) { resolve({ then() { throw new Error('inner'); } }); resolve(2); } }));

// It may call back later.
report('later', Promise.resolve({ then(resolve) { setTimeout(() => resolve('by a timer'), 1); } }));
report('never', Promise.resolve({ then() {} }));

// Handlers may return one, and async functions await one.
report('from a handler', Promise.resolve().then(() => ({ then(resolve) { resolve('returned'); } })));
report('awaited', (async () => await { then(resolve) { resolve('awaited'); } })());
report('awaited, throws', (async () => { try { return await { then() { throw new Error('in then'); } }; } catch (e) { return `caught ${e.message}`; } })());
report('returned by async', (async () => ({ then(resolve) { resolve('returned'); } }))());
