// rows: js-09
// A main promise that settles ends nothing by itself; one that rejects ends the program with code 1.
import { setTimeout as after } from 'node:timers/promises';
process.on('exit', (code) => console.log('exit', code));
setTimeout(() => console.log('a timer that was not waited for'), 40);
console.log('main waits');
console.log(await after(1, 'value'));
await after(80);
try { await Promise.reject(new Error('caught')); } catch (e) { console.log(e.message); }
setTimeout(() => console.log('never'), 5);
throw new RangeError('out of main');
