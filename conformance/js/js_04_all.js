// rows: js-04
const show = (error) => `${error.name}: ${error.message}`;
const after = (ms, value) => new Promise((resolve) => setTimeout(resolve, ms, value));
const failing = (ms, text) => new Promise((_, reject) => setTimeout(() => reject(new Error(text)), ms));

(async () => {
  const values = await Promise.all([after(15, 'slow'), 'plain', after(1, 'quick'), Promise.resolve('settled')]);
  console.log('in the order of the input:', values.join(', '));
  console.log('empty:', (await Promise.all([])).length);

  // The first rejection wins, and the others go on.
  let finished = 0;
  const others = [after(40).then(() => finished++), failing(20, 'second'), failing(1, 'first')];
  try { await Promise.all(others); } catch (e) { console.log('rejected by', show(e), 'finished', finished); }
  await after(60);
  console.log('the others went on: finished', finished);

  // Rejected already: the one that comes first in the input.
  try { await Promise.all([after(1), Promise.reject(new Error('a')), Promise.reject(new Error('b'))]); } catch (e) { console.log(show(e)); }

  // Thenables are adopted, and their second answer does not count.
  const thenable = (value) => ({ then(resolve) { resolve(value); resolve('again'); } });
  console.log((await Promise.all([thenable(1), thenable(2)])).join(', '));
  try { await Promise.all([thenable(1), { then() { throw new Error('then throws'); } }]); } catch (e) { console.log(show(e)); }

  // An input that fails while it is walked rejects.
  function* broken() { yield 1; throw new Error('while walked'); }
  try { await Promise.all(broken()); } catch (e) { console.log(show(e)); }

  // One promise twice.
  const p = after(1, 'p');
  console.log((await Promise.all([p, p])).join(', '));
})();
