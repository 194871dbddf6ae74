// rows: js-04
const after = (ms, value) => new Promise((resolve) => setTimeout(resolve, ms, value));
const failing = (ms, text) => new Promise((_, reject) => setTimeout(() => reject(new Error(text)), ms));
const print = (outcomes) => {
  for (const o of outcomes) console.log(o.status, o.status === 'fulfilled' ? `value ${o.value}` : `reason ${o.reason.message}`);
};

(async () => {
  print(await Promise.allSettled([after(20, 'slow'), failing(1, 'bad'), 'plain', Promise.reject(new Error('at once'))]));
  console.log('empty:', (await Promise.allSettled([])).length);
  print(await Promise.allSettled([{ then(resolve, reject) { reject(new Error('thenable')); resolve(1); } }, { then() { throw new Error('thrown'); } }]));
  let seen = false;
  Promise.allSettled([after(1), Promise.withResolvers().promise]).then(() => { seen = true; });
  await after(5);
  console.log('one that never settles is waited for:', !seen);
})();
