// rows: js-02
const show = (error) => `${error.name}: ${error.message}`;

// By the promise's own function.
let resolve;
const own = new Promise((r) => { resolve = r; });
own.catch((e) => console.log('own:', e instanceof TypeError, show(e)));
resolve(own);

// By a handler that returns the promise it makes.
const derived = Promise.resolve(1).then(() => derived);
derived.catch((e) => console.log('derived:', e instanceof TypeError, show(e)));

// By withResolvers, and only the first call counts.
const w = Promise.withResolvers();
w.resolve(w.promise);
w.resolve(1);
w.promise.then(() => console.log('never'), (e) => console.log('withResolvers:', show(e)));

// Two promises that wait for each other never settle; that is not noticed.
const a = Promise.withResolvers(), b = Promise.withResolvers();
a.resolve(b.promise);
b.resolve(a.promise);
a.promise.then(() => console.log('never'), () => console.log('never'));
setTimeout(() => console.log('a circle of two stays pending'), 1);
console.log('end of main');
