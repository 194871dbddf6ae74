// rows: js-13
const { EventEmitter } = require('events');
process.on('warning', (w) => console.log(`${w.name}: ${w.message}`));
const e = new EventEmitter();
// newListener comes before the listener is there, removeListener after it is gone.
e.on('newListener', (event) => console.log('new', event, e.listenerCount(event)));
e.on('removeListener', (event) => console.log('removed', event, e.listenerCount(event)));
const a = () => console.log('a'), b = () => console.log('b'), c = () => console.log('c');
e.on('x', a); e.once('x', b); e.prependListener('x', c);
e.emit('x');
e.off('x', a);
e.off('x', a);
e.on('x', b); e.on('x', a);
// removeAllListeners takes them off from the last to the first.
e.removeAllListeners('x');
// newListener can put one before the one that is added.
const f = new EventEmitter();
f.once('newListener', (event, listener) => { if (event === 'x') f.on('x', () => console.log('put before')); });
f.on('x', () => console.log('added'));
f.emit('x');

// Many listeners are warned of, once.
const m = new EventEmitter();
for (let i = 0; i < 12; i++) m.on('busy', () => {});
console.log('limit', m.getMaxListeners(), 'listeners', m.listenerCount('busy'));
const n = new EventEmitter();
n.setMaxListeners(2);
for (let i = 0; i < 3; i++) n.on('other', () => {});
const u = new EventEmitter();
u.setMaxListeners(0);
for (let i = 0; i < 20; i++) u.on('unlimited', () => {});
