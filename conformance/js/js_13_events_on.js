// rows: js-13, js-12, js-11
const { EventEmitter, on } = require('events');
const show = (x) => `${x.name} ${x.code}: ${x.message}`;
(async () => {
  // Events are kept until they are asked for.
  let e = new EventEmitter();
  let walk = on(e, 'x');
  e.emit('x', 1, 'one'); e.emit('x', 2, 'two');
  process.nextTick(() => { console.log('emits three'); e.emit('x', 3, 'three'); });
  for await (const [n, name] of walk) { console.log(n, name); if (n === 3) break; }
  console.log('listeners left:', e.listenerCount('x'), e.listenerCount('error'));

  // error ends the walk, after what came before it.
  e = new EventEmitter();
  walk = on(e, 'x');
  e.emit('x', 1); e.emit('error', new Error('boom')); e.emit('x', 2);
  try { for await (const [n] of walk) console.log(n); } catch (x) { console.log('ended by', x.message); }
  console.log('listeners left:', e.listenerCount('x'));

  // An abort ends it at once with an error.
  e = new EventEmitter();
  const c = new AbortController();
  walk = on(e, 'x', { signal: c.signal });
  e.emit('x', 1); e.emit('x', 2);
  try { for await (const [n] of walk) { console.log(n); if (n === 2) process.nextTick(() => c.abort('my reason')); } } catch (x) { console.log(show(x), x.cause); }
  console.log('listeners left:', e.listenerCount('x'));
  try { on(e, 'x', { signal: AbortSignal.abort() }); } catch (x) { console.log('aborted already:', show(x)); }

  // Another event closes it.
  e = new EventEmitter();
  walk = on(e, 'x', { close: ['end'] });
  e.emit('x', 1); e.emit('end');
  for await (const [n] of walk) console.log(n);
  console.log('closed');

  // Requests wait in a queue; return answers them.
  e = new EventEmitter();
  walk = on(e, 'x');
  const asked = [walk.next(), walk.next(), walk.next()];
  e.emit('x', 'a');
  await walk.return();
  for (const r of await Promise.all(asked)) console.log(r.value ? r.value[0] : r.value, r.done);
})();
