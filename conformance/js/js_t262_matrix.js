// rows: js-02, js-03
// Every way a promise comes to its end, with every kind of value: what it becomes, after how many microtasks.
const self = Symbol();
const kinds = {
  'a value': () => 1,
  'a fulfilled promise': () => Promise.resolve(1),
  'a rejected promise': () => Promise.reject(new Error('r')),
  'a promise fulfilled later': () => Promise.resolve().then(() => 1),
  'a thenable': () => ({ then(resolve) { resolve(1); } }),
  'a rejecting thenable': () => ({ then(_, reject) { reject(new Error('r')); } }),
  'a throwing thenable': () => ({ then() { throw new Error('t'); } }),
  'itself': () => self,
};
// Each gives a promise that is resolved with what make gives.
const ways = {
  'in the executor': (make) => new Promise((resolve) => { const v = make(); if (v !== self) resolve(v); }),
  'afterwards': (make) => { const w = Promise.withResolvers(); const v = make(); w.resolve(v === self ? w.promise : v); return w.promise; },
  'by a handler on a fulfilled promise': (make) => { const p = Promise.resolve().then(() => { const v = make(); return v === self ? p : v; }); return p; },
  'by a handler on a rejected promise': (make) => { const p = Promise.reject().catch(() => { const v = make(); return v === self ? p : v; }); return p; },
  'by a handler on a promise settled later': (make) => {
    const w = Promise.withResolvers();
    const p = w.promise.then(() => { const v = make(); return v === self ? p : v; });
    w.resolve();
    return p;
  },
  'by an async function': (make) => (async () => { const v = make(); return v === self ? 1 : v; })(),
};
(async () => {
  for (const [way, resolve] of Object.entries(ways)) {
    console.log(way);
    for (const [kind, make] of Object.entries(kinds)) {
      if (kind === 'itself' && (way === 'in the executor' || way === 'by an async function')) continue;
      let end, n = 0;
      resolve(make).then((v) => { end = `fulfilled ${v}`; }, (e) => { end = `rejected ${e.name}`; });
      while (!end) { await null; n++; }
      console.log(`  ${kind}: ${end} after ${n}`);
    }
  }
})();
