// The delays of the timers: the same sequence as src/deadlines.rs.

const SEED = 0x4f0a2f01d0000001n;

/** `count` delays spread over `count` microseconds, in whole milliseconds, rounded up, at least one. */
export function wholeMillis(count) {
  const span = BigInt(count) * 1000n;
  const millis = [];
  let state = SEED;
  for (let index = 0; index < count; index++) {
    state = wrap(state + 0x9e3779b97f4a7c15n);
    let z = state;
    z = wrap((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
    z = wrap((z ^ (z >> 27n)) * 0x94d049bb133111ebn);
    millis.push(Math.max(1, Math.ceil(Number((z ^ (z >> 31n)) % span) / 1e6)));
  }
  return millis;
}

function wrap(value) {
  return BigInt.asUintN(64, value);
}
