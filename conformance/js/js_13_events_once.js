// rows: js-13, js-11
const { EventEmitter, once } = require('events');
const show = (x) => `${x.name} ${x.code}: ${x.message}`;
(async () => {
  const e = new EventEmitter();
  // The promise has all arguments; it is settled when the event comes, and seen a microtask later.
  let waiting = once(e, 'x');
  queueMicrotask(() => { console.log('emit', e.emit('x', 1, 2)); console.log('emitted, not seen yet'); });
  console.log('arguments:', (await waiting).join(' '));
  console.log('listeners left:', e.listenerCount('x'), e.listenerCount('error'));

  // error rejects, unless it is what is waited for.
  waiting = once(e, 'x');
  process.nextTick(() => e.emit('error', new RangeError('boom')));
  try { await waiting; } catch (x) { console.log(x.name, x.message); }
  console.log('listeners left:', e.listenerCount('x'), e.listenerCount('error'));
  waiting = once(e, 'error');
  process.nextTick(() => e.emit('error', new Error('awaited')));
  console.log('awaited error:', (await waiting)[0].message);

  // Events that come between two awaits are missed; all are had by waiting at once.
  process.nextTick(() => { e.emit('a', 1); e.emit('b', 2); });
  console.log((await Promise.all([once(e, 'a'), once(e, 'b')])).map(([v]) => v).join(' '));

  // With a signal.
  try { await once(e, 'x', { signal: AbortSignal.abort() }); } catch (x) { console.log('aborted already:', show(x), x.cause.message); }
  const c = new AbortController();
  waiting = once(e, 'x', { signal: c.signal });
  process.nextTick(() => c.abort('my reason'));
  try { await waiting; } catch (x) { console.log('aborted later:', show(x), x.cause); }
  console.log('listeners left:', e.listenerCount('x'), e.listenerCount('error'));
  const late = new AbortController();
  waiting = once(e, 'x', { signal: late.signal });
  e.emit('x', 'in time');
  late.abort();
  console.log((await waiting)[0]);
})();
