// rows: js-11
// Listeners are called synchronously, in the order they were added, each once in the list.
process.on('uncaughtException', (e) => console.log('uncaught:', e.message));
const c = new AbortController();
const twice = () => console.log('added twice, called once');
c.signal.addEventListener('abort', twice);
c.signal.addEventListener('abort', twice);
c.signal.addEventListener('abort', () => console.log('once'), { once: true });
c.signal.addEventListener('abort', () => { console.log('throws'); throw new Error('thrown by a listener'); });
c.signal.addEventListener('abort', () => {
  console.log('adds and removes');
  c.signal.removeEventListener('abort', last);
  c.signal.addEventListener('abort', () => console.log('added while they are called, and called'));
});
const last = () => console.log('never: removed while they are called');
c.signal.addEventListener('abort', last);
c.signal.onabort = () => console.log('onabort');
c.signal.addEventListener('abort', () => { queueMicrotask(() => console.log('microtask of a listener')); c.abort(); console.log('abort inside a listener does nothing'); });
// A listener that hangs on another signal.
const off = new AbortController();
c.signal.addEventListener('abort', () => console.log('never: its own signal was aborted'), { signal: off.signal });
off.abort();
console.log('abort');
c.abort();
console.log('abort has returned');
setImmediate(() => console.log('immediate'));
