// rows: js-09
// beforeExit may give the loop work again; exit may not.
let rounds = 0;
process.on('beforeExit', (code) => {
  rounds++;
  console.log('beforeExit', code, 'round', rounds);
  if (rounds === 1) setTimeout(() => console.log('timer of round 1'), 1);
  if (rounds === 2) setImmediate(() => { console.log('immediate of round 2'); process.exitCode = 3; });
  if (rounds === 3) queueMicrotask(() => console.log('a microtask alone does not keep it'));
});
process.on('exit', (code) => {
  console.log('exit', code);
  setTimeout(() => console.log('never'), 0);
  setImmediate(() => console.log('never'));
});
setTimeout(() => console.log('timer'), 1);
