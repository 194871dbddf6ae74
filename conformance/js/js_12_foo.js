// rows: js-12
// The generator that tutorials show: what goes in, what comes out.
function* foo(x) {
  console.log('foo start');
  const a = yield x;
  console.log('foo a', a);
  yield 2;
  yield 3;
  console.log('foo end');
}
const first = foo(1);
console.log(first.next().value);
console.log(first.next().value);
console.log(first.next().value);
for (const value of foo(1)) { console.log(value); break; }
const [value] = foo(1);
console.log(value);
