// HTTP ping, as examples/src/bin/js_http_ping.rs: counted by src/pages/sizes.rs between the marks.
//
// Usage: node ping.mjs HOST:PORT,HOST:PORT HOST:PORT …  (a lane each)

// --- chained
function pingSiteChained(site) {
  return fetch(`http://${site}/`, { method: 'HEAD' }).then(() => undefined);
}

class Timing {
  times = [];

  onStart() {
    return () => {
      this.started = performance.now();
    };
  }

  onStop(site) {
    return () => {
      this.times.push([site, performance.now() - this.started]);
    };
  }
}

function pingOneAfterAnotherChained(lane) {
  const timing = new Timing();
  let chain = Promise.resolve();
  for (const site of lane) {
    chain = chain
      .then(timing.onStart())
      .then(() => pingSiteChained(site))
      .then(timing.onStop(site));
  }
  return chain.then(() => timing.times);
}

function pingAtOnceChained(lanes) {
  return Promise.all(lanes.map(pingOneAfterAnotherChained)).then((times) => times.flat());
}
// --- end

// --- awaited
async function pingSite(site) {
  await fetch(`http://${site}/`, { method: 'HEAD' });
}

async function pingOneAfterAnother(lane) {
  const times = [];
  for (const site of lane) {
    const started = performance.now();
    await pingSite(site);
    times.push([site, performance.now() - started]);
  }
  return times;
}

async function pingAtOnce(lanes) {
  const times = await Promise.all(lanes.map(pingOneAfterAnother));
  return times.flat();
}
// --- end

const show = (milliseconds) => `${(milliseconds / 1000).toFixed(2)} s`;
const lanes = process.argv.slice(2).map((lane) => lane.split(','));
for (const ping of [pingAtOnceChained, pingAtOnce]) {
  const started = performance.now();
  const times = await ping(lanes);
  console.log(`Real time: ${show(performance.now() - started)}`);
  console.log('Time per site:', times.map(([site, time]) => `${site}: ${show(time)}`).join(', '));
  console.log(`Total time: ${show(times.reduce((sum, [, time]) => sum + time, 0))}`);
}
