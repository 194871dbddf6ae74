// rows: js-14
// A reaction sees what was there where it was added, not where the promise was settled.
const { AsyncLocalStorage } = require('async_hooks');
const als = new AsyncLocalStorage();
const log = (name) => console.log(`${name}: ${als.getStore()}`);
const w = Promise.withResolvers();
als.run('adder', () => w.promise.then(() => { log('reaction'); return null; }).then(() => log('next reaction')));
als.run('awaiter', async () => { await w.promise; log('after the await'); });
w.promise.then(() => log('reaction outside'));
als.run('settler', () => { w.resolve(); log('resolved'); });

// Across many awaits, and two at once.
async function steps(name) {
  for (let i = 1; i <= 2; i++) { await null; log(`${name} step ${i}`); }
  await new Promise((resolve) => setImmediate(() => setTimeout(resolve, 1)));
  log(`${name} after a timer`);
}
als.run(1, steps, 'first');
als.run(2, steps, 'second');

// The executor, the thenable job, finally and combinators.
als.run('maker', () => {
  new Promise((resolve) => { log('executor'); resolve({ then(resolve) { log('thenable'); resolve(); } }); })
    .finally(() => log('finally'));
  Promise.all([1, new Promise((resolve) => setImmediate(resolve))]).then(() => log('all'));
});
// A value that an async function enters before its first await stays with its caller, too.
(async () => {
  const inner = async () => { als.enterWith('inner'); await null; log('inner'); };
  await inner();
  log('the caller of inner');
})();
// Rejections nobody handles.
process.on('unhandledRejection', () => log('unhandledRejection'));
als.run('rejecter', () => { Promise.reject(new Error('x')); });
