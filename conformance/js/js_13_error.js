// rows: js-13
const { EventEmitter, errorMonitor } = require('events');
const e = new EventEmitter();
const thrown = (...args) => { try { e.emit('error', ...args); } catch (x) { return `${x.name} ${x.code}: ${x.message}`; } return 'nothing thrown'; };
// Without a listener, error throws: an Error as it is, anything else wrapped.
const mine = new RangeError('boom');
try { e.emit('error', mine); } catch (x) { console.log('the same error:', x === mine); }
console.log(thrown(new Error('boom')));
console.log(thrown('a string'));
console.log(thrown(5));
console.log(thrown());
try { e.emit('error', 'context'); } catch (x) { console.log('context:', x.context); }

// A monitor sees it and does not handle it.
const monitor = (x) => console.log('monitor:', x.message);
e.on(errorMonitor, monitor);
console.log(thrown(new Error('monitored')));
// A listener handles it; the monitor comes first.
e.on('error', (x) => console.log('handled:', x.message));
console.log(thrown(new Error('handled')));
e.off(errorMonitor, monitor);
console.log(thrown(new Error('not monitored')));
// What the listener throws passes through.
e.removeAllListeners('error');
e.on('error', (x) => { throw new Error(`rethrown ${x.message}`); });
console.log(thrown(new Error('first')));
