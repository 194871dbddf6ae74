// rows: js-12
const show = (r) => console.log(r.value, r.done);
function* inner(name) {
  try {
    const got = yield `${name} 1`;
    console.log(name, 'got', got);
    yield `${name} 2`;
    return `${name} result`;
  } catch (e) {
    console.log(name, 'caught', e.message);
    yield `${name} recovered`;
    return `${name} result after an error`;
  } finally {
    console.log(name, 'finally');
  }
}
function* outer() {
  console.log('outer got', yield* inner('a'));
  yield 'between';
  console.log('outer got', yield* inner('b'));
  console.log('outer got', yield* ['plain', 'values']);
  return 'end';
}
let g = outer();
show(g.next()); show(g.next('sent')); show(g.next()); show(g.next());
show(g.throw(new Error('thrown in'))); show(g.next()); show(g.next()); show(g.next()); show(g.next());

// return goes to the inner one first.
g = outer();
g.next();
show(g.return('returned'));
show(g.next());

// Recursion.
function* walk(node) { if (!node) return 0; const l = yield* walk(node.left); yield node.value; const r = yield* walk(node.right); return l + r + 1; }
const leaf = (value) => ({ value });
function* counted(tree) { console.log('nodes:', yield* walk(tree)); }
console.log([...counted({ value: 4, left: { value: 2, left: leaf(1), right: leaf(3) }, right: leaf(5) })].join(' '));
