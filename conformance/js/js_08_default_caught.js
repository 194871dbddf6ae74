// rows: js-08
// Without a listener for rejections it goes to uncaughtException, and the loop lives on.
process.on('uncaughtException', (error, origin) => console.log(`${error.name} ${error.code} ${error.message} (${origin})`));
Promise.reject(new Error('an error'));
Promise.reject('a string');
Promise.reject(undefined);
setImmediate(() => console.log('immediate'));
process.on('exit', (code) => console.log('exit', code));
