// rows: js-08, js-09
// All is handled and nothing is left: the program ends by itself, with code 0.
process.on('exit', (code) => console.log('exit', code));
const never = new Promise(() => {});
never.then(() => console.log('never'));
Promise.reject(new Error('failed'))
  .catch((e) => { console.log('caught:', e.message); throw new Error('thrown in the handler'); })
  .catch((e) => console.log('caught:', e.message));
console.log('end of main');
