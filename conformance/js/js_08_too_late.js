// rows: js-08
// Handlers that come too late: unhandledRejection first, rejectionHandled when the handler is there.
const names = new Map();
const rejected = (text) => { const p = Promise.reject(new Error(text)); names.set(p, text); return p; };
process.on('unhandledRejection', (reason, promise) => {
  console.log('unhandled:', reason.message, '- the same promise:', names.get(promise) === reason.message);
});
process.on('rejectionHandled', (promise) => console.log('handled later:', names.get(promise)));

function inAnImmediate() {
  const p = rejected('in an immediate');
  setImmediate(() => {
    console.log('immediate');
    p.catch((e) => console.log('caught:', e.message));
    process.nextTick(() => console.log('tick of the immediate'));
    queueMicrotask(() => console.log('microtask of the immediate'));
    setTimeout(inATimer, 1);
  });
}
function inATimer() {
  const p = rejected('in a timer');
  setTimeout(() => {
    console.log('timer');
    p.then(() => {}, (e) => console.log('caught:', e.message));
    setTimeout(twice, 1);
  }, 1);
}
function twice() {
  const p = rejected('twice');
  setTimeout(() => {
    p.catch(() => console.log('first'));
    p.catch(() => console.log('second'));
    setTimeout(chained, 1);
  }, 1);
}
function chained() {
  // Only the end of a chain is unhandled, and a handler on it comes too late.
  const end = rejected('start of a chain').then(() => {}).then(() => {});
  names.set(end, 'end of a chain');
  setTimeout(() => {
    end.catch(() => console.log('caught at the end'));
    setTimeout(() => console.log('end'), 1);
  }, 1);
}
inAnImmediate();
