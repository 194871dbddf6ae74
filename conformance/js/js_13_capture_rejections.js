// rows: js-13, js-08
const { EventEmitter } = require('events');
process.on('unhandledRejection', (x) => console.log('unhandled:', x.message));
// A listener that is an async function: its failure is a rejection like any other ...
const plain = new EventEmitter();
plain.on('error', () => console.log('never'));
plain.on('x', async (n) => { await null; throw new Error(`of listener ${n}`); });
console.log('emit', plain.emit('x', 1), 'does not wait');
// ... unless the emitter turns it into an error event.
const capturing = new EventEmitter({ captureRejections: true });
capturing.on('x', async (n) => { await null; throw new Error(`of listener ${n}`); });
capturing.on('error', (x) => { console.log('error event:', x.message); process.nextTick(() => console.log('tick of the error event')); });
capturing.emit('x', 2);
queueMicrotask(() => console.log('microtask'));
setTimeout(() => {
  // A failing error listener is not captured again.
  capturing.removeAllListeners('error');
  capturing.on('error', async (x) => { throw new Error(`while handling ${x.message}`); });
  capturing.emit('x', 3);
  // Without a listener for error it is uncaught.
  setTimeout(() => {
    process.on('uncaughtException', (x) => console.log('uncaught:', x.message));
    capturing.removeAllListeners('error');
    capturing.emit('x', 4);
  }, 5);
}, 5);
