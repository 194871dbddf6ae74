// The twin of src/runtimes/http.rs, by node:http.
import { createServer } from 'node:http';
import { HELLO, announce, job } from './measure.mjs';

const { batch } = job();
let done = 0;
let closed = 0;
let watch;
const server = createServer((request, response) => {
  done++;
  response.end(HELLO);
});
// node:http sets TCP_NODELAY itself.
server.on('connection', (socket) => {
  socket.on('close', () => {
    if (++closed < batch) return;
    watch.stop('js_http_hello', done);
    server.close();
  });
});
server.listen(0, '127.0.0.1', () => {
  watch = announce(server.address().port);
});
