//! Futures, streams and streams of bytes of the crate `futures`, in the dialects other than asyncio,
//! whose own file is `x_foreign`; and the bridges between streams and what each language loops over.

use std::future::{Future, IntoFuture, pending, poll_fn};
use std::io;
use std::ops::ControlFlow;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, mpsc};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use fourfold::csharp::{
    AsyncEnumerable, CancellationToken, CancellationTokenSource, Task, await_foreach,
};
use fourfold::go::{self, chan};
use fourfold::js::AsyncIterator;
use fourfold::net::{TcpListener, TcpStream};
use fourfold::{Result, asyncio, csharp, js};
use futures_util::future::{Either, join, select};
use futures_util::stream::{self, FuturesUnordered, StreamExt};
use futures_util::{AsyncReadExt, AsyncWriteExt};

/// Opened by a thread that knows nothing of any loop.
#[derive(Clone, Default)]
struct Gate(Arc<Mutex<(bool, Option<Waker>)>>);

impl Gate {
    /// Opens it on a thread of its own, once somebody waits.
    fn opened_elsewhere() -> Gate {
        let gate = Gate::default();
        let opened = gate.clone();
        thread::spawn(move || {
            loop {
                let mut state = opened.0.lock().unwrap();
                if let Some(waker) = state.1.take() {
                    state.0 = true;
                    return waker.wake();
                }
                drop(state);
                thread::yield_now();
            }
        });
        gate
    }
}

impl Future for Gate {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut state = self.0.lock().unwrap();
        if state.0 {
            return Poll::Ready(());
        }
        state.1 = Some(context.waker().clone());
        Poll::Pending
    }
}

/// Is dropped with what holds it, and notes that.
struct NoteDrop(mpsc::Sender<()>);

impl Drop for NoteDrop {
    fn drop(&mut self) {
        let _ = self.0.send(());
    }
}

/// 1, 2, 3, with a wait for another thread before each, and then nothing more.
fn three() -> impl stream::Stream<Item = u32> + Send {
    stream::iter(1..=3).then(|n| async move {
        Gate::opened_elsewhere().await;
        n
    })
}

/// One item, and then none for ever.
fn endless(note: NoteDrop) -> impl stream::Stream<Item = u32> + Send {
    let rest = async move {
        let _note = note;
        pending::<u32>().await
    };
    stream::iter([1]).chain(stream::once(rest))
}

#[test]
fn x_05_combinators_around_waits_of_csharp() {
    csharp::run(async {
        let delay = |ms: u64| Task::delay(Duration::from_millis(ms)).into_future();
        let (one, two) =
            join(Task::run(|| Ok(1)).into_future(), async { delay(1).await.map(|()| 2) }).await;
        assert_eq!((one?, two?), (1, 2));
        let won = select(delay(60_000), Gate::opened_elsewhere()).await;
        assert!(matches!(won, Either::Right(_)));
        let mut all: FuturesUnordered<_> =
            (0..20).map(|n| Task::run(move || Ok(n)).into_future()).collect();
        let mut sum = 0;
        while let Some(n) = all.next().await {
            sum += n?;
        }
        assert_eq!(sum, 190);
        Ok(())
    })
    .unwrap();
}

#[test]
fn x_05_combinators_around_waits_of_js() {
    js::run(async {
        let promise = js::set_timeout_promise_with(1, "promise");
        let (a, ()) = join(async { promise.await }, Gate::opened_elsewhere()).await;
        assert_eq!(a?, "promise");
        let mut all: FuturesUnordered<_> = [30, 1, 15]
            .map(|n| async move { js::set_timeout_promise_with(n, n).await })
            .into_iter()
            .collect();
        assert_eq!(all.next().await.unwrap()?, 1);
        Ok(())
    })
    .unwrap();
}

#[test]
fn x_05_combinators_around_waits_of_go_with_a_stack_and_without() {
    async fn waits() -> u32 {
        let numbers = chan::make::<u32>(0);
        let sender = numbers.clone();
        go::go(move || sender.send(1));
        let (one, ()) = join(numbers.recv_async(), Gate::opened_elsewhere()).await;
        let receiving = pin!(numbers.recv_async());
        let won = select(receiving, Gate::opened_elsewhere()).await;
        assert!(matches!(won, Either::Right(_)));
        one.unwrap()
    }
    go::run(|| {
        assert_eq!(go::wait(waits()), 1);
        assert_eq!(go::go(waits()).join().unwrap(), 1);
    });
}

#[test]
fn x_05_a_stream_is_an_async_generator_of_asyncio_and_back() {
    asyncio::run(async {
        let numbers = asyncio::from_stream(three());
        let mut seen = Vec::new();
        while let Some(n) = numbers.next().await? {
            seen.push(n);
        }
        assert_eq!(seen, [1, 2, 3]);
        let again = asyncio::from_stream(three()).into_stream();
        let again: Vec<u32> = again.map(Result::unwrap).collect().await;
        assert_eq!(again, seen);
        Ok(())
    })
    .unwrap();
}

#[test]
fn x_05_a_cancellation_ends_the_wait_for_a_stream_in_asyncio() {
    let (note, dropped) = mpsc::channel();
    asyncio::run(async move {
        let numbers = asyncio::from_stream(endless(NoteDrop(note)));
        let task = asyncio::create_task(async move {
            assert_eq!(numbers.next().await?, Some(1));
            numbers.next().await
        });
        asyncio::sleep(Duration::from_millis(1)).await?;
        task.cancel();
        assert!(task.await.unwrap_err().is_cancelled());
        dropped.try_recv().expect("the stream was dropped");
        Ok(())
    })
    .unwrap();
}

#[test]
fn x_05_a_failure_in_a_generator_is_the_last_item_of_its_stream() {
    asyncio::run(async {
        let failing = asyncio::async_generator(async |y: fourfold::generator::Yielder<u32>| {
            y.yield_(1).await?;
            Err(fourfold::Error::msg("no more"))
        });
        let mut stream = failing.into_stream();
        assert_eq!(stream.next().await.unwrap()?, 1);
        assert_eq!(stream.next().await.unwrap().unwrap_err().message(), Some("no more"));
        assert!(stream.next().await.is_none());
        Ok(())
    })
    .unwrap();
}

#[test]
fn x_05_go_ranges_over_a_stream_and_a_channel_is_one() {
    let seen = go::run(|| {
        let numbers = chan::make::<u32>(0);
        let sender = numbers.clone();
        go::go(move || {
            for n in go::range(three()) {
                sender.send(n);
            }
            sender.close();
        });
        go::wait(numbers.into_stream().map(|n| 10 * n).collect::<Vec<_>>())
    });
    assert_eq!(seen, [10, 20, 30]);
}

#[test]
fn x_05_a_dropped_stream_of_a_channel_loses_no_value() {
    go::run(|| {
        let numbers = chan::make::<u32>(0);
        let mut stream = numbers.clone().into_stream();
        go::wait(poll_fn(|context| {
            assert!(stream.poll_next_unpin(context).is_pending());
            Poll::Ready(())
        }));
        // It waits in the channel, so this is handed to it.
        numbers.send(5);
        drop(stream);
        assert_eq!(numbers.recv(), Some(5));
    });
}

#[test]
fn x_05_csharp_walks_through_a_stream_and_a_token_ends_it() {
    csharp::run(async {
        let mut seen = Vec::new();
        await_foreach!(n in csharp::from_stream(three()) => { seen.push(n) })?;
        assert_eq!(seen, [1, 2, 3]);
        let again: Vec<u32> = csharp::from_stream(three())
            .into_stream(CancellationToken::none())
            .map(Result::unwrap)
            .collect()
            .await;
        assert_eq!(again, seen);
        let (note, dropped) = mpsc::channel();
        let source = CancellationTokenSource::with_delay(Duration::from_millis(1));
        let numbers =
            csharp::from_stream(endless(NoteDrop(note))).with_cancellation(source.token());
        let error = await_foreach!(n in numbers => { assert_eq!(n, 1) }).unwrap_err();
        assert!(error.is_cancelled());
        dropped.try_recv().expect("the stream was dropped");
        Ok(())
    })
    .unwrap();
}

#[test]
fn x_05_js_awaits_each_of_a_stream_and_a_break_drops_it() {
    js::run(async {
        let numbers = js::from_stream(three());
        // Requests that overlap are answered in their order.
        let (one, two) = (numbers.next(()), numbers.next(()));
        assert_eq!((one.await?.value(), two.await?.value()), (Some(1), Some(2)));
        let rest: Vec<u32> = numbers.values().map(Result::unwrap).collect().await;
        assert_eq!(rest, [3]);
        let (note, dropped) = mpsc::channel();
        let found = js::for_await(js::from_stream(endless(NoteDrop(note))), async |n| {
            Ok(ControlFlow::Break(n))
        });
        assert_eq!(found.await?, Some(1));
        dropped.try_recv().expect("the stream was dropped");
        Ok(())
    })
    .unwrap();
}

/// A peer that echoes until the end, by futures-io alone.
async fn echo(listener: TcpListener) -> io::Result<u64> {
    let (stream, _) = listener.accept().await?;
    let (reader, mut writer) = AsyncReadExt::split(stream);
    let copied = futures_util::io::copy(reader, &mut writer).await?;
    writer.close().await?;
    Ok(copied)
}

async fn send_and_count(address: std::net::SocketAddr) -> io::Result<u64> {
    let stream = TcpStream::connect(address).await?;
    let (reader, mut writer) = AsyncReadExt::split(stream);
    let sending = async {
        writer.write_all(&[7; 1_000_000]).await?;
        writer.close().await
    };
    let mut sink = futures_util::io::sink();
    let (sent, got) = join(sending, futures_util::io::copy(reader, &mut sink)).await;
    sent?;
    got
}

async fn both_ends() -> io::Result<u64> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let (echoed, counted) = join(echo(listener), send_and_count(address)).await;
    assert_eq!(echoed?, 1_000_000);
    counted
}

#[test]
fn x_05_futures_io_copies_over_our_sockets_in_each_dialect() {
    let python = asyncio::run(async { Ok(both_ends().await?) });
    assert_eq!(python.unwrap(), 1_000_000);
    let sharp = csharp::run(async { Ok(both_ends().await?) });
    assert_eq!(sharp.unwrap(), 1_000_000);
    let script = js::run(async { Ok(both_ends().await?) });
    assert_eq!(script.unwrap(), 1_000_000);
    let go =
        go::run(|| [go::wait(both_ends()).unwrap(), go::go(both_ends()).join().unwrap().unwrap()]);
    assert_eq!(go, [1_000_000; 2]);
}
