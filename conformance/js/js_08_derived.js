// rows: js-08
// A throw inside a handler only rejects the promise that then made; what was handled stays handled.
process.on('unhandledRejection', (reason) => console.log('unhandled:', reason.message));
process.on('uncaughtException', (error, origin) => console.log(`uncaught: ${error.message} (${origin})`));
const p = Promise.reject(new Error('first'));
p.catch((e) => { console.log('caught:', e.message); throw new Error('second'); })
  .catch((e) => { console.log('caught:', e.message); throw new Error('third'); })
  .finally(() => console.log('finally'))
  .then(() => console.log('never'));
p.then(() => console.log('never'));
Promise.resolve().then(() => { throw new Error('in then'); });
Promise.resolve().finally(() => { throw new Error('in finally'); });
setTimeout(() => {
  Promise.reject(new Error('rethrown')).catch((e) => { setImmediate(() => { throw e; }); });
  setImmediate(() => console.log('an immediate, before'));
  setTimeout(() => console.log('the loop goes on'), 5);
}, 1);
