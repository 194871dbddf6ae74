// rows: js-09
// beforeExit is told first and can still settle it; a listener for exit may set another code.
const w = Promise.withResolvers();
let rounds = 0;
process.on('beforeExit', (code) => { console.log('beforeExit', code); if (++rounds === 1) w.resolve('by beforeExit'); });
process.on('exit', (code) => { console.log('exit', code); process.exitCode = 5; });
console.log(await w.promise);
setTimeout(() => console.log('timer'), 1);
await new Promise(() => {});
