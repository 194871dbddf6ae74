// rows: js-01
// Promises/A+ 2.2.7 and 2.3: what becomes of the promise that then returns.
const show = (e) => e instanceof Error ? `${e.name}: ${e.message}` : String(e);
const on = (promise, name) => promise.then((v) => console.log(`${name}: fulfilled ${show(v)}`), (e) => console.log(`${name}: rejected ${show(e)}`));
const value = () => Promise.resolve('value'), reason = () => Promise.reject(new Error('reason'));
const later = (settle) => { const w = Promise.withResolvers(); setTimeout(() => settle(w), 1); return w.promise; };

// It ends as its handler does; without one, as the promise itself.
on(value().then((v) => `handler of ${v}`), 'returns');
on(value().then(() => { throw new Error('thrown'); }), 'throws');
on(reason().then(undefined, (e) => `handler of ${e.message}`), 'rejection, returns');
on(reason().then(undefined, () => { throw new Error('thrown'); }), 'rejection, throws');
on(value().then(undefined, () => 'never'), 'no handler');
on(reason().then(() => 'never'), 'rejection, no handler');

// 2.3.1 and 2.3.2: itself, and promises in each state.
const self = value().then(() => self);
on(self, 'itself');
on(value().then(() => value()), 'a fulfilled promise');
on(value().then(() => reason()), 'a rejected promise');
on(value().then(() => later((w) => w.resolve('late'))), 'one fulfilled later');
on(value().then(() => later((w) => w.reject(new Error('late')))), 'one rejected later');

// 2.3.3: thenables, whose then is called with functions of which the first call counts.
const thenables = {
  fulfils: (f) => f('ok'),
  rejects: (f, r) => r(new Error('no')),
  'fulfils later': (f) => setTimeout(f, 1, 'ok'),
  'rejects later': (f, r) => setTimeout(r, 1, new Error('no')),
  throws: () => { throw new Error('thrown'); },
  'fulfils, throws': (f) => { f('ok'); throw new Error('ignored'); },
  'fulfils, rejects': (f, r) => { f('ok'); r(new Error('ignored')); },
  'rejects, fulfils': (f, r) => { r(new Error('no')); f('ignored'); },
  'fulfils with a promise, throws': (f) => { f(later((w) => w.resolve('late'))); throw new Error('ignored'); },
  'fulfils with a rejected promise, rejects': (f, r) => { f(reason()); r(new Error('ignored')); },
  'fulfils with a thenable': (f) => f({ then(f) { f('inner'); f('ignored'); } }),
  'fulfils with a throwing thenable': (f) => f({ then() { throw new Error('inner'); } }),
  'rejects with a thenable, which is not adopted': (f, r) => r({ then(f) { f('ignored'); }, toString: () => 'the thenable' }),
};
for (const [name, then] of Object.entries(thenables)) on(value().then(() => ({ then })), name);
on(reason().catch(() => ({ then: thenables.fulfils })), 'from a handler of a rejection');

// 2.3.4: anything else is the value.
on(value().then(() => ({ then: 'no function', toString: () => 'an object' })), 'then is no function');
on(value().then(() => undefined), 'undefined');
