// rows: js-14
const { AsyncLocalStorage, AsyncResource } = require('async_hooks');
const { EventEmitter } = require('events');
const als = new AsyncLocalStorage();
const log = (name) => console.log(`${name}: ${als.getStore()}`);
// bind and snapshot keep what is there when they are made.
const bound = als.run('bound', () => AsyncLocalStorage.bind((name) => { log(name); return 'result'; }));
const snapshot = als.run('snapshot', () => AsyncLocalStorage.snapshot());
als.run('caller', () => {
  console.log(bound('a bound function'));
  console.log(snapshot((a, b) => { log('in a snapshot'); return a + b; }, 1, 2));
  log('afterwards');
});
// An AsyncResource is the same as an object.
const resource = als.run('resource', () => new AsyncResource('mine'));
als.run('caller', () => {
  console.log(resource.runInAsyncScope((n) => { log('in a resource'); return n; }, null, 5));
  resource.bind(() => log('bound to a resource'))();
});
als.run('resource', () => AsyncResource.bind(() => log('AsyncResource.bind')))();

// Emitters call listeners where emit is called.
const e = new EventEmitter();
als.run('adder', () => {
  e.on('x', () => log('listener'));
  e.on('x', AsyncResource.bind(() => log('bound listener')));
});
als.run('emitter', () => e.emit('x'));

// A pool that runs jobs later: without bind a job sees the pool's value.
const jobs = [];
const work = () => { for (const job of jobs.splice(0)) job(); };
als.run('pool', () => setTimeout(work, 1));
als.run('job', () => { jobs.push(() => log('plain job')); jobs.push(AsyncResource.bind(() => log('bound job'))); });

// Signals call listeners where abort is called.
const c = new AbortController();
als.run('adder', () => c.signal.addEventListener('abort', () => log('abort listener')));
als.run('aborter', () => c.abort());
