// rows: js-09
// A main promise that settles ends nothing by itself: the loop goes on until nothing is left.
import { setTimeout as after } from 'node:timers/promises';
process.on('exit', (code) => console.log('exit', code));
console.log('main waits');
console.log(await after(1, 'value'));
try { await Promise.reject(new Error('caught')); } catch (e) { console.log(e.message); }
setTimeout(() => { console.log('a timer that was not waited for'); setImmediate(() => console.log('its immediate')); }, 5);
console.log('end of main');
