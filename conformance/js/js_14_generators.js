// rows: js-14, js-12
const { AsyncLocalStorage } = require('async_hooks');
const als = new AsyncLocalStorage();
const log = (name) => console.log(`${name}: ${als.getStore()}`);
// A generator runs where next is called.
function* gen() { log('generator 1'); yield; log('generator 2'); yield; }
const g = als.run('maker', gen);
als.run('first caller', () => g.next());
als.run('second caller', () => g.next());

// An async generator too; after an await of its own it has what it had before.
async function* agen() {
  log('async 1'); await null; log('async 1, after an await'); yield 1;
  log('async 2'); await null; log('async 2, after an await'); yield 2;
}
(async () => {
  const a = als.run('maker', agen);
  await als.run('first caller', () => a.next());
  await als.run('second caller', () => a.next());
  log('between');
  // Requests that queue up.
  const b = agen();
  await Promise.all([als.run('first', () => b.next()), als.run('second', () => b.next())]);
  // The body of for await keeps its own.
  await als.run('walker', async () => { for await (const n of agen()) log(`body ${n}`); });
})();
