// rows: js-13
const { EventEmitter } = require('events');
const e = new EventEmitter();
// Listeners are called synchronously, in order, with the arguments.
e.on('x', (a, b) => console.log('first', a, b));
e.addListener('x', () => console.log('second'));
e.prependListener('x', () => console.log('prepended'));
console.log('emit');
console.log(e.emit('x', 1, 'two'), 'emit has returned');
console.log('without listeners:', e.emit('y'));

// once is gone before it is called, so that it may emit again.
e.once('z', () => { console.log('once'); console.log('again:', e.emit('z')); });
e.prependOnceListener('z', () => console.log('prepended once'));
e.emit('z');
console.log('z has', e.listenerCount('z'));

// The list is copied before it is walked.
const s = new EventEmitter();
const removed = () => console.log('removed while they are called, and called once more');
s.on('x', () => {
  console.log('adds and removes');
  s.on('x', () => console.log('added while they were called'));
  s.off('x', removed);
});
s.on('x', removed);
s.emit('x'); console.log('--'); s.emit('x');

// The same listener twice: off takes one, the one added last.
const d = new EventEmitter();
const twice = () => console.log('twice');
d.on('x', twice); d.on('x', () => console.log('between')); d.on('x', twice);
d.emit('x');
d.off('x', twice); console.log('--'); d.emit('x');
console.log('x has', d.listenerCount('x'), 'of which', d.listenerCount('x', twice));
console.log(d.eventNames().join(', '), d.removeAllListeners('x').listenerCount('x'), d.eventNames().length);
d.off('x', () => {});

// off finds a listener that was added by once.
const onced = () => console.log('never');
d.once('x', onced); d.off('x', onced); console.log(d.emit('x'));

// A throw passes through emit; those behind are not called.
const t = new EventEmitter();
t.on('x', () => { throw new Error('by a listener'); });
t.on('x', () => console.log('never'));
try { t.emit('x'); } catch (error) { console.log('out of emit:', error.message); }

// Emitting from a listener goes deep first.
const n = new EventEmitter();
n.on('outer', () => { console.log('outer 1'); n.emit('inner'); console.log('outer 1 ends'); });
n.on('outer', () => console.log('outer 2'));
n.on('inner', () => console.log('inner'));
n.emit('outer');
process.nextTick(() => console.log('tick'));
queueMicrotask(() => console.log('microtask'));
