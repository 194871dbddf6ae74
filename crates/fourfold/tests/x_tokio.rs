//! Futures that need tokio's runtime, in every dialect; that the runtime never outlasts a poll.

use std::cell::Cell;
use std::future::{Future, pending};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;
use std::thread::{self, ThreadId};
use std::time::Duration;

use fourfold::compat::{Compat, Io};
use fourfold::go::{self, Panics, chan};
use fourfold::{Result, asyncio, compat, csharp, js};
use futures_util::StreamExt;
use futures_util::stream::poll_fn;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};

const TICK: Duration = Duration::from_millis(1);

/// Sockets, a timer and a task of tokio: what a client of the ecosystem does.
async fn echoed(text: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).await.unwrap();
        tokio::time::sleep(TICK).await;
        stream.write_all(text.to_uppercase().as_bytes()).await.unwrap();
    });
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    server.await.unwrap();
    answer
}

fn in_tokio() -> bool {
    Handle::try_current().is_ok()
}

#[test]
fn x_05_tokio_in_an_asyncio_task_stays_on_its_thread() {
    asyncio::run(async {
        let here = Rc::new(thread::current().id());
        let task = asyncio::create_task(async move {
            let answer = compat(echoed("python")).await;
            assert_eq!(*here, thread::current().id());
            Ok(answer)
        });
        assert_eq!(task.await?, "PYTHON");
        assert!(!in_tokio());
        Ok(())
    })
    .unwrap();
}

#[test]
fn x_05_tokio_in_goroutines_with_a_stack_and_without() {
    let answers = go::run(|| {
        let stackful = go::go(|| go::wait(compat(echoed("go"))));
        let future = go::go(compat(echoed("gopher")));
        [stackful.join(), future.join()].map(Result::unwrap)
    });
    assert_eq!(answers, ["GO", "GOPHER"]);
}

#[test]
fn x_05_tokio_in_a_task_of_csharp() {
    let answer = csharp::run(async {
        csharp::Task::run(async { Ok(compat(echoed("c sharp")).await) }).await
    });
    assert_eq!(answer.unwrap(), "C SHARP");
}

#[test]
fn x_05_tokio_keeps_the_loop_of_an_async_function_alive() {
    let answer = js::run(async {
        js::async_fn(async {
            assert_eq!(compat(echoed("js")).await, "JS");
            Ok(compat(echoed("javascript")).await)
        })
        .await
    });
    assert_eq!(answer.unwrap(), "JAVASCRIPT");
}

#[test]
fn x_05_tokio_on_a_thread_without_a_loop() {
    assert_eq!(go::wait(compat(echoed("thread"))), "THREAD");
}

#[test]
fn x_05_virtual_time_stands_still_while_tokio_works() {
    let asyncio = asyncio::Loop::with_virtual_time().unwrap().run_until_complete(async {
        let running = asyncio::get_running_loop()?;
        let sleeper = asyncio::create_task(asyncio::sleep(Duration::from_secs(1)));
        asyncio::sleep(Duration::ZERO).await?;
        let before = running.time();
        compat(async { tokio::time::sleep(TICK).await }).await;
        assert_eq!(running.time(), before);
        sleeper.await?;
        Ok(())
    });
    asyncio.unwrap();
    go::Builder::new().virtual_time().run(|| {
        let timer = go::time::after(Duration::from_secs(1));
        let before = go::time::now();
        go::wait(compat(async { tokio::time::sleep(TICK).await }));
        assert_eq!(go::time::now(), before);
        assert!(timer.recv().is_some());
    });
}

#[test]
fn x_05_goroutines_take_turns_and_never_see_the_runtime() {
    let builder = go::Builder::new().workers(1);
    builder.run(|| {
        let waiters: Vec<_> = (0..50)
            .map(|n| {
                go::go(move || {
                    for _ in 0..20 {
                        go::wait(compat(async {
                            assert!(in_tokio());
                            tokio::time::sleep(TICK * (n % 3)).await;
                            tokio::task::yield_now().await;
                        }));
                        assert!(!in_tokio());
                    }
                })
            })
            .collect();
        let onlooker = go::go(|| {
            for _ in 0..200 {
                assert!(!in_tokio());
                go::runtime::gosched();
            }
        });
        for waiter in waiters {
            waiter.join().unwrap();
        }
        onlooker.join().unwrap();
    });
}

#[test]
fn x_05_a_plain_wait_inside_panics_and_the_goroutine_goes_on() {
    go::Builder::new().panics(Panics::Return).workers(1).run(|| {
        let values = chan::make::<u32>(0);
        let inner = values.clone();
        let refused = catch_unwind(AssertUnwindSafe(|| {
            go::wait(compat(async move { inner.recv() }));
        }));
        let text = *refused.unwrap_err().downcast::<&str>().unwrap();
        assert!(text.contains("a plain call waited inside of a future"), "{text}");
        // It can still switch, and nothing of the runtime was left on the thread.
        assert!(!in_tokio());
        let sender = values.clone();
        go::go(move || sender.send(7));
        assert_eq!(values.recv(), Some(7));
        assert!(go::wait(compat(async { values.try_recv().is_err() })));
    });
}

#[test]
fn x_05_a_wait_of_ours_may_be_awaited_inside() {
    let sum = go::run(|| {
        let values = chan::make::<u32>(0);
        let sender = values.clone();
        go::go(move || sender.send(40));
        go::wait(compat(async move {
            tokio::time::sleep(TICK).await;
            values.recv_async().await.unwrap() + 2
        }))
    });
    assert_eq!(sum, 42);
}

struct DropsInTokio(Rc<Cell<Option<bool>>>);

impl Drop for DropsInTokio {
    fn drop(&mut self) {
        self.0.set(Some(in_tokio()));
    }
}

#[test]
fn x_05_a_cancelled_wait_for_tokio_is_dropped_in_its_runtime() {
    let dropped = Rc::new(Cell::new(None));
    let guard = DropsInTokio(dropped.clone());
    asyncio::run(async move {
        let task = asyncio::create_task(asyncio::wrap(compat(async move {
            let _guard = guard;
            pending::<Result<()>>().await
        })));
        asyncio::sleep(TICK).await?;
        task.cancel();
        assert!(task.await.unwrap_err().is_cancelled());
        Ok(())
    })
    .unwrap();
    assert_eq!(dropped.get(), Some(true));
}

#[test]
fn x_05_what_panics_in_the_runtime_leaves_it() {
    let caught = catch_unwind(|| go::wait(compat(async { panic!("inside") })));
    assert_eq!(*caught.unwrap_err().downcast::<&str>().unwrap(), "inside");
    assert!(!in_tokio());
}

#[test]
fn x_05_a_runtime_of_the_callers_choice_is_used_and_one_that_is_current() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let handle = runtime.handle().clone();
    let (send, receive) = oneshot::channel::<()>();
    let driver = thread::spawn(move || runtime.block_on(receive));
    let chosen = go::wait(Compat::on(handle.clone(), async { Handle::current().id() }));
    assert_eq!(chosen, handle.id());
    let entered = handle.enter();
    let current = go::wait(compat(async { Handle::current().id() }));
    assert_eq!(current, handle.id());
    drop(entered);
    let own = go::wait(compat(async { Handle::current().id() }));
    assert_ne!(own, handle.id());
    send.send(()).unwrap();
    driver.join().unwrap().unwrap();
}

#[test]
fn x_05_a_stream_of_tokio_wakes_across_threads() {
    let (send, mut receive) = mpsc::channel::<u32>(1);
    let sent_on = fourfold::compat::runtime().unwrap().spawn(async move {
        for n in 0..100 {
            send.send(n).await.unwrap();
        }
        thread::current().id()
    });
    let here = thread::current().id();
    let sum = asyncio::run(async move {
        let mut numbers = compat(poll_fn(move |context| {
            assert!(in_tokio());
            receive.poll_recv(context)
        }));
        let mut sum = 0;
        while let Some(n) = numbers.next().await {
            sum += n;
        }
        assert_eq!(numbers.next().await, None);
        Ok(sum)
    });
    assert_eq!(sum.unwrap(), 4950);
    let there: ThreadId = go::wait(sent_on).unwrap();
    assert_ne!(here, there);
}

#[test]
fn x_05_a_future_that_is_over_says_so() {
    let mut over = pin!(compat(async {}));
    go::wait(std::future::poll_fn(|context| {
        assert_eq!(over.as_mut().poll(context), Poll::Ready(()));
        Poll::Ready(())
    }));
    let again = catch_unwind(AssertUnwindSafe(|| go::wait(over)));
    assert!(again.is_err());
}

#[test]
fn x_05_streams_of_bytes_cross_both_ways() {
    use futures_util::{AsyncReadExt as _, AsyncWriteExt as _, io};

    asyncio::run(async {
        let listener = fourfold::net::TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        // tokio's socket through futures-io's traits, against ours through tokio's.
        let client = asyncio::create_task(async move {
            let stream = compat(TcpStream::connect(address)).await?;
            let mut stream = Io(stream);
            stream.write_all(&[7; 300_000]).await?;
            stream.close().await?;
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer).await?;
            Ok(answer)
        });
        let (near, _) = listener.accept().await?;
        let mut near = Io(near);
        let mut all = Vec::new();
        tokio::io::copy(&mut near, &mut all).await?;
        assert_eq!(all.len(), 300_000);
        tokio::io::AsyncWriteExt::write_all(&mut near, b"seen").await?;
        tokio::io::AsyncWriteExt::shutdown(&mut near).await?;
        assert_eq!(client.await?, b"seen");
        let mut sink = io::sink();
        assert_eq!(io::copy(&mut Io(&b"12"[..]), &mut sink).await?, 2);
        Ok(())
    })
    .unwrap();
}
