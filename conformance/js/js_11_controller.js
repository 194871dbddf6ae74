// rows: js-11
const show = (r) => r instanceof Error ? `${r.name} ${r.code}: ${r.message}` : String(r);
const c = new AbortController();
console.log(c.signal.aborted, c.signal.reason);
c.signal.throwIfAborted();
c.signal.addEventListener('abort', (event) => console.log('first listener', event.type, c.signal.aborted));
c.signal.addEventListener('abort', () => console.log('second listener'));
const removed = () => console.log('never');
c.signal.addEventListener('abort', removed);
c.signal.removeEventListener('abort', removed);
console.log('abort');
c.abort();
console.log('abort has returned', c.signal.aborted, show(c.signal.reason));
c.abort('another reason');
console.log('the first reason stays:', show(c.signal.reason));
try { c.signal.throwIfAborted(); } catch (e) { console.log('throws the reason:', e === c.signal.reason, show(e)); }
c.signal.addEventListener('abort', () => console.log('never: added afterwards'));

// Any reason will do.
const other = new AbortController();
other.abort(new RangeError('my reason'));
try { other.signal.throwIfAborted(); } catch (e) { console.log(e.name, e.message); }
const text = new AbortController();
text.abort('a string');
try { text.signal.throwIfAborted(); } catch (e) { console.log('thrown:', e); }

// Signals that are aborted from the start.
console.log(AbortSignal.abort().aborted, show(AbortSignal.abort().reason));
console.log(show(AbortSignal.abort(new Error('given')).reason), show(AbortSignal.abort(0).reason));
