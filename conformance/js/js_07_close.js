// rows: js-07
// A socket that is destroyed: its close event comes after the check phase of the same turn.
const net = require('net');
const server = net.createServer((socket) => { socket.on('error', () => {}); });
server.listen(0, '127.0.0.1', () => {
  const client = net.connect(server.address().port, '127.0.0.1', () => {
    console.log('poll: connected');
    client.destroy();
    console.log('destroyed:', client.destroyed);
    setTimeout(() => console.log('timers'), 0);
    setImmediate(() => {
      console.log('check');
      setImmediate(() => console.log('check of the next turn'));
      const until = performance.now() + 5;
      while (performance.now() < until);
    });
    process.nextTick(() => console.log('tick'));
    queueMicrotask(() => console.log('microtask'));
  });
  client.on('close', (failed) => {
    console.log('close, with an error:', failed);
    process.nextTick(() => console.log('tick of the close'));
    queueMicrotask(() => console.log('microtask of the close'));
    server.close();
  });
});
