// rows: js-07, js-06
// What a socket's events queue: ticks and microtasks at once, then immediates, then timers.
const net = require('net');
function noisy(name) {
  setTimeout(() => console.log(`${name}: timer`), 0);
  setImmediate(() => console.log(`${name}: immediate`));
  queueMicrotask(() => console.log(`${name}: microtask`));
  process.nextTick(() => console.log(`${name}: tick`));
}
const server = net.createServer((socket) => {
  socket.on('data', (data) => {
    console.log('server: data', String(data));
    noisy('server');
    setTimeout(() => socket.end('bye'), 10);
  });
});
server.listen(0, '127.0.0.1', () => {
  console.log('listening');
  const client = net.connect(server.address().port, '127.0.0.1');
  client.on('connect', () => {
    console.log('client: connected');
    noisy('connected');
    setTimeout(() => client.write('hello'), 10);
  });
  client.on('data', (data) => {
    console.log('client: data', String(data));
    noisy('client');
    setTimeout(() => server.close(() => console.log('server closed')), 30);
  });
});
