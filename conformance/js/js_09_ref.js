// rows: js-09
process.on('exit', () => console.log('exit'));
const immediate = setImmediate(() => {
  console.log('immediate');
  const timer = setTimeout(() => { console.log('timer'); unreferenced(); }, 5);
  console.log(timer.hasRef(), timer.unref() === timer, timer.hasRef(), timer.ref() === timer, timer.hasRef());
});
console.log(immediate.hasRef(), immediate.unref().hasRef(), immediate.ref().hasRef());

// Unreferenced ones run as long as something else keeps the loop alive.
function unreferenced() {
  setTimeout(() => console.log('unreferenced, 1 ms'), 1).unref();
  setTimeout(() => console.log('never: unreferenced, 1 s'), 1000).unref();
  let n = 0;
  const interval = setInterval(() => { if (++n === 1) console.log('unreferenced interval runs'); }, 5);
  interval.unref();
  setTimeout(() => {
    console.log('a referenced timer');
    // Calling them twice changes nothing.
    const twice = setTimeout(() => console.log('never: unreferenced twice'), 1000);
    twice.unref(); twice.unref();
    const back = setTimeout(() => console.log('referenced again'), 2);
    back.unref(); back.ref(); back.ref();
  }, 40);
}
