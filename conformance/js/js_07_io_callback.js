// rows: js-07
// From an I/O callback an immediate comes before a 0 ms timer, whatever was asked for first.
const fs = require('fs');
let round = 0;
function again() {
  fs.stat(__filename, () => {
    round++;
    const name = `round ${round}:`;
    setTimeout(() => { console.log(name, 'timer'); if (round < 3) again(); }, 0);
    setImmediate(() => {
      console.log(name, 'immediate');
      process.nextTick(() => console.log(name, 'tick of the immediate'));
      setImmediate(() => {});
    });
    queueMicrotask(() => console.log(name, 'microtask'));
    process.nextTick(() => console.log(name, 'tick'));
    console.log(name, 'I/O');
  });
}
again();
