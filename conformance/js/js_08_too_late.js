// rows: js-08
// Handlers that come too late: unhandledRejection first, rejectionHandled when the handler is there.
const names = new Map();
const rejected = (text) => { const p = Promise.reject(new Error(text)); names.set(p, text); return p; };
process.on('unhandledRejection', (reason, promise) => {
  console.log('unhandled:', reason.message, '- the same promise:', names.get(promise) === reason.message);
});
process.on('rejectionHandled', (promise) => console.log('handled later:', names.get(promise)));

const a = rejected('in an immediate');
setImmediate(() => {
  console.log('immediate');
  a.catch((e) => console.log('caught:', e.message));
  process.nextTick(() => console.log('tick of the immediate'));
  queueMicrotask(() => console.log('microtask of the immediate'));
});
setTimeout(() => {
  const b = rejected('in a timer');
  setTimeout(() => { console.log('timer'); b.then(() => {}, (e) => console.log('caught:', e.message)); }, 1);
}, 40);
setTimeout(() => {
  const c = rejected('twice');
  setTimeout(() => { c.catch(() => console.log('first')); c.catch(() => console.log('second')); }, 1);
}, 80);
setTimeout(() => {
  // Only the end of a chain is unhandled, and a handler on it comes too late.
  const end = rejected('start of a chain').then(() => {}).then(() => {});
  names.set(end, 'end of a chain');
  setTimeout(() => end.catch(() => console.log('caught at the end')), 1);
}, 120);
setTimeout(() => console.log('end'), 160);
