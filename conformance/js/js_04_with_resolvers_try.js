// rows: js-04
const show = (error) => `${error.name}: ${error.message}`;

const w = Promise.withResolvers();
w.promise.then((v) => console.log('resolved with', v));
w.resolve('a value');
w.reject(new Error('ignored'));
const r = Promise.withResolvers();
r.promise.catch((e) => console.log('rejected with', show(e)));
r.reject(new Error('an error'));
r.resolve('ignored');

// try calls at once, and turns a throw into a rejection.
console.log('before try');
Promise.try(() => { console.log('called at once'); return 'value'; }).then((v) => console.log('try:', v));
console.log('after try');
Promise.try(() => { throw new Error('thrown'); }).catch((e) => console.log('try:', show(e)));
Promise.try(async () => { await 0; return 'from async'; }).then((v) => console.log('try:', v));
Promise.try(() => Promise.reject(new Error('returned'))).catch((e) => console.log('try:', show(e)));
Promise.try((a, b) => a + b, 1, 2).then((v) => console.log('try with arguments:', v));
console.log('end of main');
