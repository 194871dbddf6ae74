// rows: js-11
const show = (r) => r instanceof Error ? `${r.name}: ${r.message}` : String(r);
const on = (signal, name) => signal.addEventListener('abort', () => console.log(`${name} aborted: ${show(signal.reason)}`));

// It follows the first that is aborted, and keeps that reason.
const a = new AbortController(), b = new AbortController();
const any = AbortSignal.any([a.signal, b.signal]);
on(any, 'any'); on(a.signal, 'a'); on(b.signal, 'b');
b.abort('reason of b');
a.abort('reason of a');
console.log(any.aborted, any.reason);

// Aborted already: the first in the list gives the reason, and no event comes.
const ready = AbortSignal.any([new AbortController().signal, AbortSignal.abort('x'), AbortSignal.abort('y')]);
ready.addEventListener('abort', () => console.log('never'));
console.log(ready.aborted, ready.reason);
console.log('of nothing:', AbortSignal.any([]).aborted);

// Nested: all are marked before any event; the source's listeners come first, then those of the others in the
// order they were made, whatever the order in which listeners were added.
const c = new AbortController();
const inner = AbortSignal.any([c.signal]);
const outer = AbortSignal.any([inner, new AbortController().signal]);
const beside = AbortSignal.any([c.signal]);
on(beside, 'beside'); on(outer, 'outer'); on(inner, 'inner');
c.signal.addEventListener('abort', () => console.log('c aborted; marked already:', inner.aborted, outer.aborted, beside.aborted));
c.abort(new Error('reason of c'));
console.log('the same reason:', outer.reason === c.signal.reason);

// The same source twice.
const d = new AbortController();
on(AbortSignal.any([d.signal, d.signal]), 'of the same twice');
d.abort('d');
