// rows: js-09, js-08
// A main promise that rejects ends the program with code 1, whatever is left.
import { setTimeout as after } from 'node:timers/promises';
process.on('exit', (code) => console.log('exit', code));
console.log(await after(1, 'value'));
setTimeout(() => console.log('never'), 1000);
queueMicrotask(() => console.log('microtask'));
throw new RangeError('out of main');
