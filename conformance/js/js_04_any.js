// rows: js-04
const after = (ms, value) => new Promise((resolve) => setTimeout(resolve, ms, value));
const failing = (ms, text) => new Promise((_, reject) => setTimeout(() => reject(new Error(text)), ms));
const print = (e) => console.log(e.name, e instanceof AggregateError, e.message, `[${e.errors.map((x) => x.message).join(', ')}]`);

(async () => {
  console.log(await Promise.any([after(40, 'slow'), failing(1, 'bad'), after(10, 'quick')]));
  console.log(await Promise.any([Promise.reject(new Error('a')), 'plain', Promise.resolve('settled')]));
  // The errors stand in the order of the input, not of the failures.
  try { await Promise.any([failing(5, 'late'), failing(1, 'early'), Promise.reject(new Error('at once'))]); } catch (e) { print(e); }
  try { await Promise.any([]); } catch (e) { print(e); }
  console.log(await Promise.any([{ then() { throw new Error('thenable'); } }, { then(resolve) { resolve('thenable'); } }]));
  // The others go on, and their failures are handled.
  process.on('unhandledRejection', () => console.log('never'));
  console.log(await Promise.any([failing(20, 'unseen'), after(1, 'won')]));
  await after(30);
  console.log('end');
})();
