// rows: js-13, js-08
const { EventEmitter } = require('events');
const e = new EventEmitter();
process.on('exit', (code) => console.log('exit', code));
setImmediate(() => e.emit('error', 'a string'));
