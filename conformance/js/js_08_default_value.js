// rows: js-08
// A reason that is no error.
process.on('exit', (code) => console.log('exit', code));
setTimeout(() => {
  Promise.reject('a string');
  setImmediate(() => console.log('never'));
}, 1);
