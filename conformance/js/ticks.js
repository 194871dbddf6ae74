// rows: js-03
// tick counter
async function ticks(fn){let done=false,n=0;fn().then(()=>{done=true});while(!done){await 0;n++}return n}
(async()=>{
 console.log('return 1',await ticks(async()=>1));
 console.log('return await 1',await ticks(async()=>await 1));
 console.log('return Promise.resolve(1)',await ticks(async()=>Promise.resolve(1)));
 console.log('return await P',await ticks(async()=>await Promise.resolve(1)));
 console.log('then returning native promise',await ticks(()=>Promise.resolve().then(()=>Promise.resolve())));
 console.log('then returning thenable',await ticks(()=>Promise.resolve().then(()=>({then(r){r()}}))));
 console.log('await thenable',await ticks(async()=>{await {then(r){r()}}}));
 console.log('finally',await ticks(()=>Promise.resolve().finally(()=>{})));
 console.log('then',await ticks(()=>Promise.resolve().then(()=>{})));
 console.log('all([])',await ticks(()=>Promise.all([])));
 console.log('all([1])',await ticks(()=>Promise.all([1])));
 console.log('race([1])',await ticks(()=>Promise.race([1])));
 console.log('any([1])',await ticks(()=>Promise.any([1])));
 console.log('allSettled([1])',await ticks(()=>Promise.allSettled([1])));
 console.log('new Promise(r=>r(P))',await ticks(()=>new Promise(r=>r(Promise.resolve()))));
 console.log('asyncgen next',await ticks(()=>{async function*g(){yield 1};return g().next()}));
 console.log('asyncgen yield P',await ticks(()=>{async function*g(){yield Promise.resolve(1)};return g().next()}));
})();
