// rows: js-04
const show = (error) => `${error.name}: ${error.message}`;
const after = (ms, value) => new Promise((resolve) => setTimeout(resolve, ms, value));
const failing = (ms, text) => new Promise((_, reject) => setTimeout(() => reject(new Error(text)), ms));

process.on('unhandledRejection', () => console.log('never'));
(async () => {
  console.log(await Promise.race([after(30, 'slow'), after(1, 'quick')]));
  try { await Promise.race([after(30), failing(1, 'first')]); } catch (e) { console.log(show(e)); }
  // Of two that are settled the first in the input wins.
  console.log(await Promise.race([Promise.resolve('a'), Promise.resolve('b')]));
  console.log(await Promise.race([after(1, 'timer'), 'plain']));
  try { await Promise.race([Promise.reject(new Error('a')), Promise.resolve('b')]); } catch (e) { console.log(show(e)); }
  console.log(await Promise.race([{ then(resolve) { resolve('thenable'); } }, after(1, 'timer')]));
  // A promise beats a thenable that is before it: its then is called one microtask later.
  console.log(await Promise.race([{ then(resolve) { resolve('thenable'); } }, Promise.resolve('promise')]));
  // The loser's failure is handled.
  console.log(await Promise.race([failing(20, 'unseen'), after(1, 'won')]));
  await after(30);
  // Of nothing it never settles.
  let settled = false;
  Promise.race([]).finally(() => { settled = true; });
  await after(1);
  console.log('race of nothing has settled:', settled);
})();
