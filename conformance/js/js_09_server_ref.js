// rows: js-09
// A listening server keeps the loop alive until it is closed, or unreferenced.
const net = require('net');
process.on('exit', () => console.log('exit'));
const closed = net.createServer();
closed.listen(0, '127.0.0.1', () => {
  console.log('listening');
  setTimeout(() => closed.close(() => {
    console.log('closed');
    const left = net.createServer();
    left.listen(0, '127.0.0.1', () => { console.log('another, unreferenced'); left.unref(); });
  }), 5);
});
