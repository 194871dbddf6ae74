// rows: js-13, js-08
const { EventEmitter } = require('events');
const e = new EventEmitter();
process.on('exit', (code) => console.log('exit', code));
setTimeout(() => { console.log('emit'); e.emit('error', new TypeError('nobody listens')); console.log('never'); }, 1);
setTimeout(() => console.log('never'), 1000);
