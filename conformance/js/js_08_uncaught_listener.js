// rows: js-08
process.on('uncaughtExceptionMonitor', (error, origin) => console.log(`monitor: ${error.message} (${origin})`));
process.once('uncaughtException', (error) => console.log('once:', error.message));
process.on('exit', (code) => console.log('exit', code));
setTimeout(() => { throw new Error('first'); }, 1);
setTimeout(() => console.log('between'), 5);
setTimeout(() => { throw new Error('second'); }, 10);
setTimeout(() => console.log('never'), 15);
