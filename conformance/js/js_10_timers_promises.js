// rows: js-10
const timers = require('timers/promises');
const show = (e) => `${e.name} ${e.code}: ${e.message}`;
(async () => {
  console.log('setTimeout:', await timers.setTimeout(1, 'value'));
  console.log('setTimeout without a value:', await timers.setTimeout(1));
  console.log('setImmediate:', await timers.setImmediate('value'));
  console.log('scheduler.wait:', await timers.scheduler.wait(1));
  console.log('scheduler.yield:', await timers.scheduler.yield());

  // They are what the ones with callbacks are: immediates before timers, the earlier before the later.
  const steps = [];
  const step = (name, promise) => promise.then(() => { steps.push(name); });
  await timers.setImmediate();
  await Promise.all([
    step('timer 80', timers.setTimeout(80)),
    step('timer 15', timers.setTimeout(15)),
    step('immediate', timers.setImmediate()),
    step('yield', timers.scheduler.yield()),
    step('microtask', Promise.resolve()),
  ]);
  console.log(steps.join(', '));

  // Unreferenced, it does not keep the loop alive.
  process.on('exit', (code) => console.log('exit', code));
  timers.setTimeout(1000, undefined, { ref: false }).then(() => console.log('never'));
  console.log('end');
})();
