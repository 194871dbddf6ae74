// rows: js-08
// A throw inside the listener for rejections is uncaught.
process.on('unhandledRejection', (reason) => { console.log('unhandled:', reason.message); throw new Error(`thrown by the listener for ${reason.message}`); });
process.on('uncaughtException', (error, origin) => console.log(`uncaught: ${error.message} (${origin})`));
Promise.reject(new Error('a'));
Promise.reject(new Error('b'));
setImmediate(() => console.log('immediate'));
