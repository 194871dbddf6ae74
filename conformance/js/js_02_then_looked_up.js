// rows: js-02
const show = (error) => `${error.name}: ${error.message}`;

// then is read when the promise is resolved, once, and called later on the object it was read from.
function counting(name) {
  let read = 0;
  return {
    name,
    get then() {
      read++;
      console.log(`${this.name}: then is read, time ${read}`);
      return function (resolve) { console.log(`${this.name}: then is called`); resolve(`value of ${this.name}`); };
    },
  };
}

const promise = new Promise((resolve) => { resolve(counting('a')); console.log('resolve has returned'); });
promise.then((value) => console.log(value));

// Only the call that counts reads it.
const w = Promise.withResolvers();
w.resolve(1);
w.resolve(counting('b'));
w.promise.then((value) => console.log('b is not looked at:', value));

// A throw while it is read rejects.
Promise.resolve({ get then() { throw new Error('while read'); } }).catch((e) => console.log(show(e)));

// Where then is no function, the object is the value.
Promise.resolve({ then: 5 }).then((value) => console.log('a value with then', value.then));
