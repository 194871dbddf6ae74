// rows: js-08, js-09
// A throw inside the listener for uncaught errors ends the program with code 7.
process.on('uncaughtException', (error) => { console.log('uncaught:', error.message); throw new Error('thrown by the listener'); });
process.on('exit', (code) => console.log('exit', code));
setTimeout(() => { throw new Error('first'); }, 1);
setTimeout(() => console.log('never'), 10);
