// rows: js-12
const show = (r) => console.log(r.value, r.done);
function* counter() {
  console.log('start');
  const a = yield 1;
  console.log('got', a);
  const b = yield 2;
  console.log('got', b);
  return 3;
}
let g = counter();
console.log('nothing has run yet');
show(g.next('ignored'));
show(g.next('a'));
show(g.next('b'));
show(g.next());
console.log('for of does not see the return value:', [...counter()].join(' '));

// throw arrives at the yield.
function* guarded() {
  for (;;) {
    try { yield 'waiting'; } catch (e) { console.log('caught', e.message); yield 'recovered'; } finally { console.log('finally'); }
  }
}
g = guarded();
show(g.next());
show(g.throw(new Error('boom')));
show(g.next());
show(g.return('returned'));
show(g.next());

// return runs finally, which may yield once more or return another value.
function* clings() { try { yield 1; } finally { yield 'from finally'; console.log('end of finally'); } }
g = clings();
g.next();
show(g.return(5)); show(g.next()); show(g.next());
function* replaces() { try { yield 1; } finally { return 'replaced'; } }
g = replaces();
g.next();
show(g.return(5));

// Before the start, and after the end.
g = counter();
show(g.return('early')); show(g.next());
g = counter();
try { g.throw(new Error('early')); } catch (e) { console.log('thrown back:', e.message); }
show(g.next());
try { g.throw(new Error('late')); } catch (e) { console.log('thrown back:', e.message); }

// An error ends it.
function* fails() { yield 1; throw new Error('inside'); }
g = fails();
show(g.next());
try { g.next(); } catch (e) { console.log('out of next:', e.message); }
show(g.next());

// It cannot be asked while it runs.
const self = (function* () { try { self.next(); } catch (e) { console.log(`${e.name}: ${e.message}`); } yield 'still works'; })();
show(self.next());

// break and a throw in for of call return.
function* endless() { let n = 0; try { for (;;) yield n++; } finally { console.log('closed after', n); } }
for (const n of endless()) if (n === 2) break;
try { for (const n of endless()) if (n === 1) throw new Error('in the loop'); } catch (e) { console.log(e.message); }
const [x, y] = endless();
console.log('taken apart:', x, y);
