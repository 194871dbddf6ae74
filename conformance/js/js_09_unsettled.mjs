// rows: js-09
// The main promise can never settle, and nothing is left that could settle it: code 13.
process.on('exit', (code) => console.log('exit', code));
setTimeout(() => console.log('timer'), 1);
console.log('main waits');
await new Promise(() => {});
console.log('never');
