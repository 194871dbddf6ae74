// rows: js-08
// A throw inside a catch handler only rejects the next promise; rethrown from an immediate it ends the program.
process.on('exit', (code) => console.log('exit', code));
Promise.reject(new Error('failed'))
  .catch((e) => { console.log('caught:', e.message); throw new RangeError('thrown in the handler'); })
  .catch((e) => {
    console.log('caught:', e.message);
    setImmediate(() => { throw e; });
  })
  .then(() => console.log('goes on'));
setImmediate(() => console.log('immediate 1'));
setTimeout(() => console.log('never'), 1000);
