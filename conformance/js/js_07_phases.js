// rows: js-07
// From each phase to the next ones. It begins in a check phase, so that it is known where the loop is.
const fs = require('fs');
const busy = (ms) => { const until = performance.now() + ms; while (performance.now() < until); };

function fromCheck(then) {
  setImmediate(() => {
    console.log('check');
    setTimeout(() => { console.log('timers: due already'); }, 1);
    setImmediate(() => { console.log('check: of the next turn'); then(); });
    busy(5);
  });
}
function fromTimers(then) {
  setTimeout(() => {
    console.log('timers');
    setImmediate(() => console.log('check: of the same turn'));
    setTimeout(() => { console.log('timers: of a later turn'); then(); }, 0);
  }, 1);
}
function fromPoll(then) {
  fs.stat(__filename, () => {
    console.log('poll');
    setTimeout(() => { console.log('timers'); then(); }, 0);
    setImmediate(() => console.log('check'));
  });
}
fromCheck(() => fromTimers(() => fromPoll(() => console.log('end'))));
