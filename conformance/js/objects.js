// rows: js-04, js-10, js-11, js-12, js-13, js-14
// more JS probes
const {EventEmitter}=require('events'); const e=new EventEmitter(); e.on('x',()=>console.log('a'));e.once('x',()=>console.log('once'));e.prependListener('x',()=>console.log('pre'));
e.on('x',()=>{e.on('x',()=>console.log('added'))}); console.log(e.emit('x'),'sync'); e.removeAllListeners(); console.log(e.emit('x')); try{e.emit('error',new Error('boom'))}catch(er){console.log('throws',er.message)}
const ac=new AbortController(); ac.signal.addEventListener('abort',()=>console.log('abort evt',ac.signal.reason.name)); ac.abort(); ac.abort(); console.log(AbortSignal.any([ac.signal]).aborted, AbortSignal.abort('r').reason); try{ac.signal.throwIfAborted()}catch(x){console.log('throwIfAborted',x.name,x.code)}
(async()=>{ const {setTimeout:st}=require('timers/promises'); try{await st(10,0,{signal:ac.signal})}catch(x){console.log(x.name,x.code)}
 const {AsyncLocalStorage}=require('async_hooks'); const als=new AsyncLocalStorage(); als.run(1,()=>{setTimeout(()=>console.log('als',als.getStore()),1);queueMicrotask(()=>console.log('als mt',als.getStore()))}); console.log('als out',als.getStore());
 console.log(await Promise.allSettled([1,Promise.reject(2)])); try{await Promise.any([Promise.reject(1)])}catch(x){console.log(x.constructor.name,x.errors)} 
 async function*g(){try{yield 1;yield 2}finally{console.log('gen finally')}} for await(const v of g()){console.log(v);break}
 // async generator queues requests
 const h=g(); const [a,b,c]=await Promise.all([h.next(),h.next(),h.next()]); console.log(a.value,b.value,c.done);
 // then called-once, order, self-resolve
 let r; const p=new Promise(x=>r=x); r(p); await p.catch(x=>console.log(x.constructor.name));
 // setTimeout ordering + clamp
 setTimeout(()=>console.log('T1 1ms'),1); setTimeout(()=>console.log('T0 0ms'),0);
 const t=setInterval(()=>{},1e6); t.unref(); console.log('hasRef',t.hasRef());
})();
