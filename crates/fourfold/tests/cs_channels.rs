//! Channels.

use std::future::{Future, IntoFuture};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use fourfold::csharp::{
    self, AsyncEnumerable, AsyncEnumerator, BoundedChannelFullMode, BoundedChannelOptions, Builder,
    CancellationToken, CancellationTokenSource, Channel, ChannelClosedException, ChannelReader,
    OperationCanceledException, Task, TaskStatus, UnboundedChannelOptions, ValueTask, async_method,
    await_foreach,
};
use fourfold::{Error, Result};

fn drain<T: Send>(reader: &ChannelReader<T>) -> Vec<T> {
    std::iter::from_fn(|| reader.try_read()).collect()
}

fn filled(mode: BoundedChannelFullMode) -> Channel<u32> {
    Channel::create_bounded(BoundedChannelOptions::new(3).full_mode(mode))
}

fn is_closed(error: &Error) -> bool {
    ChannelClosedException::of(error).is_some()
}

/// `None`: not a cancellation. Else whether it would be a `TaskCanceledException`.
fn canceled(error: &Error) -> Option<bool> {
    OperationCanceledException::of(error).map(OperationCanceledException::is_task_canceled)
}

fn fails<T: Clone + Send + Sync + 'static>(task: ValueTask<T>) -> Error {
    task.result().err().expect("it fails")
}

#[test]
fn cs_18_what_becomes_of_writes_to_a_full_one() {
    use BoundedChannelFullMode::*;
    for (mode, written, kept, with_nine) in [
        (Wait, [true, true, true, false, false], [1, 2, 3], vec![1, 2, 3, 9]),
        (DropNewest, [true; 5], [1, 2, 5], vec![1, 2, 9]),
        (DropOldest, [true; 5], [3, 4, 5], vec![2, 3, 9]),
        (DropWrite, [true; 5], [1, 2, 3], vec![1, 2, 3]),
    ] {
        let channel = filled(mode);
        let (reader, writer) = (channel.reader(), channel.writer());
        let tried = [1, 2, 3, 4, 5].map(|i| writer.try_write(i).is_ok());
        assert_eq!(tried, written, "{mode:?}");
        assert_eq!(drain(&reader), kept, "{mode:?}");
        (1..=3).for_each(|i| writer.try_write(i).unwrap());
        let write = writer.write_async(9);
        assert_eq!(write.is_completed(), mode != Wait, "{mode:?}");
        assert_eq!(writer.wait_to_write_async().is_completed(), mode != Wait, "{mode:?}");
        assert_eq!(drain(&reader), with_nine, "{mode:?}");
        assert!(write.is_completed_successfully(), "{mode:?}");
    }
}

#[test]
fn cs_18_what_is_dropped_is_told() {
    use BoundedChannelFullMode::*;
    for (mode, expected) in [(DropNewest, [1, 2]), (DropOldest, [1, 2]), (DropWrite, [2, 3])] {
        let dropped = Arc::new(Mutex::new(Vec::new()));
        let note = dropped.clone();
        let options = BoundedChannelOptions::new(1).full_mode(mode);
        let channel =
            Channel::create_bounded_with(options, move |item| note.lock().unwrap().push(item));
        (1..=3).for_each(|i| channel.writer().try_write(i).unwrap());
        assert_eq!(*dropped.lock().unwrap(), expected, "{mode:?}");
    }
}

#[test]
fn cs_18_writers_stand_in_line() {
    let channel = Channel::create_bounded(1);
    let (reader, writer) = (channel.reader(), channel.writer());
    let writes: Vec<_> = (0..4).map(|i| writer.write_async(i)).collect();
    for i in 0..4 {
        assert_eq!(reader.try_read(), Some(i));
        let written = writes.iter().filter(|write| write.is_completed()).count();
        assert_eq!(written, (i + 2).min(4));
    }
    assert_eq!(reader.try_read(), None);
    // Who tries does not overtake who waits.
    writer.try_write(1).unwrap();
    let waits = writer.write_async(2);
    assert_eq!(writer.try_write(3), Err(3));
    assert_eq!(drain(&reader), [1, 2]);
    assert!(waits.is_completed_successfully());
}

#[test]
fn cs_18_readers_stand_in_line() {
    for channel in [Channel::create_bounded(1), Channel::create_unbounded()] {
        let (reader, writer) = (channel.reader(), channel.writer());
        let reads: Vec<_> = (0..3).map(|_| reader.read_async()).collect();
        for i in 10..13 {
            writer.try_write(i).unwrap();
            assert!(writer.wait_to_write_async().is_completed());
            assert_eq!(reader.try_read(), None, "it went straight to the first");
        }
        let read: Vec<_> = reads.into_iter().map(|read| read.result().unwrap()).collect();
        assert_eq!(read, [10, 11, 12]);
    }
}

#[test]
fn cs_18_who_only_looks_is_woken_with_all_others_and_takes_nothing() {
    let channel = Channel::create_unbounded();
    let (reader, writer) = (channel.reader(), channel.writer());
    let reads = [reader.read_async(), reader.read_async()];
    let looks = [reader.wait_to_read_async(), reader.wait_to_read_async()];
    let done = || looks.each_ref().map(ValueTask::is_completed);
    writer.try_write(1).unwrap();
    assert!(reads[0].is_completed() && !reads[1].is_completed());
    writer.try_write(2).unwrap();
    assert!(reads[1].is_completed());
    assert_eq!(done(), [false; 2]);
    writer.try_write(3).unwrap();
    assert_eq!(done(), [true; 2]);
    assert!(reader.wait_to_read_async().result().unwrap());
    assert_eq!((reader.count(), reader.try_peek(), reader.try_read()), (1, Some(3), Some(3)));

    let full = Channel::create_bounded(1);
    full.writer().try_write(1).unwrap();
    let looks = [full.writer().wait_to_write_async(), full.writer().wait_to_write_async()];
    assert!(!looks[0].is_completed());
    full.reader().try_read().unwrap();
    assert!(looks.into_iter().all(|look| look.result().unwrap()));
}

#[test]
fn cs_18_a_cancelled_one_leaves_the_line() {
    let channel = Channel::create_bounded(1);
    let (reader, writer) = (channel.reader(), channel.writer());
    let source = CancellationTokenSource::new();
    writer.try_write(1).unwrap();
    let leaves = writer.write_async_with(2, source.token());
    let stays = writer.write_async(3);
    let look = writer.wait_to_write_async_with(source.token());
    source.cancel().unwrap();
    assert!(leaves.is_canceled());
    assert_eq!(canceled(&fails(leaves)), Some(false));
    assert_eq!(canceled(&fails(look)), Some(false));
    assert_eq!(drain(&reader), [1, 3]);
    assert!(stays.is_completed_successfully());

    let source = CancellationTokenSource::new();
    let gone = reader.read_async_with(source.token());
    let next = reader.read_async();
    source.cancel().unwrap();
    writer.try_write(4).unwrap();
    assert_eq!(canceled(&fails(gone)), Some(false));
    assert_eq!(next.result().unwrap(), 4);

    let before = CancellationToken::new(true);
    assert_eq!(canceled(&fails(writer.write_async_with(5, before.clone()))), Some(true));
    assert_eq!(reader.try_read(), None);
    writer.try_write(6).unwrap();
    assert_eq!(canceled(&fails(reader.read_async_with(before))), Some(true));
    assert_eq!(reader.try_read(), Some(6));

    // What was given to it is its own, whatever the token says then.
    let source = CancellationTokenSource::new();
    let read = reader.read_async_with(source.token());
    writer.try_write(7).unwrap();
    source.cancel().unwrap();
    assert_eq!(read.result().unwrap(), 7);
}

#[test]
fn cs_18_a_wait_that_is_dropped_loses_nothing() {
    let channel = Channel::create_bounded(2);
    let (reader, writer) = (channel.reader(), channel.writer());
    drop(reader.read_async());
    writer.try_write(1).unwrap();
    drop(reader.read_async());
    assert_eq!(reader.try_read(), Some(1), "a read that is done at once loses nothing either");
    // It has the item already, and nobody has looked.
    let (first, second) = (reader.read_async(), reader.read_async());
    let look = reader.wait_to_read_async();
    writer.try_write(2).unwrap();
    drop(first);
    assert_eq!(second.result().unwrap(), 2, "the next in line gets it");
    let only = reader.read_async();
    writer.try_write(3).unwrap();
    writer.try_write(4).unwrap();
    assert!(look.result().unwrap());
    drop(only);
    assert_eq!(drain(&reader), [3, 4], "it comes back to the front");
    // The same with an await that has begun.
    let mut read = reader.read_async().into_future();
    let mut context = Context::from_waker(Waker::noop());
    assert!(Pin::new(&mut read).poll(&mut context).is_pending());
    writer.try_write(5).unwrap();
    drop(read);
    assert_eq!(reader.try_read(), Some(5));
    // A write that is withdrawn.
    writer.try_write(6).unwrap();
    writer.try_write(7).unwrap();
    drop(writer.write_async(8));
    assert_eq!(drain(&reader), [6, 7]);
}

fn every_kind() -> [fn() -> Channel<u32>; 4] {
    [
        || Channel::create_unbounded(),
        || Channel::create_unbounded_with(UnboundedChannelOptions::new().single_reader(true)),
        || Channel::create_bounded(2),
        || {
            Channel::create_bounded(
                BoundedChannelOptions::new(2).full_mode(BoundedChannelFullMode::DropOldest),
            )
        },
    ]
}

#[test]
fn cs_18_completed_it_is_drained_and_then_ends() {
    for make in every_kind() {
        let channel = make();
        let (reader, writer) = (channel.reader(), channel.writer());
        writer.try_write(1).unwrap();
        writer.try_write(2).unwrap();
        assert!(writer.try_complete());
        assert!(!writer.try_complete());
        assert!(is_closed(&writer.complete().unwrap_err()));
        assert_eq!(writer.try_write(3), Err(3));
        let error = fails(writer.write_async(3));
        assert!(is_closed(&error) && error.cause().is_none());
        assert_eq!(error.to_string(), "The channel has been closed.");
        assert!(!writer.wait_to_write_async().result().unwrap());
        assert_eq!(reader.completion().status(), TaskStatus::WaitingForActivation);
        assert!(reader.wait_to_read_async().result().unwrap());
        assert_eq!(reader.try_read(), Some(1));
        assert_eq!(reader.read_async().result().unwrap(), 2);
        assert_eq!(reader.completion().status(), TaskStatus::RanToCompletion);
        assert!(!reader.wait_to_read_async().result().unwrap());
        assert!(is_closed(&fails(reader.read_async())));
        assert_eq!(reader.try_read(), None);
    }
}

#[test]
fn cs_18_completed_with_an_error_it_ends_with_that() {
    for make in every_kind() {
        let channel = make();
        let (reader, writer) = (channel.reader(), channel.writer());
        writer.try_write(1).unwrap();
        writer.complete_with(Error::msg("a")).unwrap();
        let cause = |error: Error| {
            assert!(is_closed(&error));
            error.cause().unwrap().to_string()
        };
        assert_eq!(cause(fails(writer.write_async(3))), "a");
        assert_eq!(reader.read_async().result().unwrap(), 1);
        let error = reader.completion().wait().unwrap_err();
        assert_eq!(error.errors()[0].to_string(), "a");
        assert_eq!(fails(reader.wait_to_read_async()).to_string(), "a");
        assert_eq!(cause(fails(reader.read_async())), "a");
        assert_eq!(fails(writer.wait_to_write_async()).to_string(), "a");

        let channel = make();
        channel.writer().complete_with(OperationCanceledException::new()).unwrap();
        assert!(channel.reader().completion().is_canceled());
        let read = channel.reader().read_async();
        assert!(read.is_canceled());
        assert_eq!(canceled(&fails(read)), Some(true));
    }
}

#[test]
fn cs_18_who_waits_learns_of_the_completion() {
    for make in every_kind() {
        let channel = make();
        let (read, look) = (channel.reader().read_async(), channel.reader().wait_to_read_async());
        channel.writer().complete().unwrap();
        assert!(is_closed(&fails(read)));
        assert!(!look.result().unwrap());
        let channel = make();
        let (read, look) = (channel.reader().read_async(), channel.reader().wait_to_read_async());
        channel.writer().complete_with(Error::msg("b")).unwrap();
        let error = fails(read);
        assert!(is_closed(&error) && error.cause().unwrap().to_string() == "b");
        assert_eq!(fails(look).to_string(), "b");
    }
    let full = Channel::create_bounded(1);
    full.writer().try_write(1).unwrap();
    let (write, look) = (full.writer().write_async(2), full.writer().wait_to_write_async());
    full.writer().complete().unwrap();
    assert!(is_closed(&fails(write)));
    assert!(!look.result().unwrap());
    assert_eq!(full.reader().read_async().result().unwrap(), 1);
    assert!(is_closed(&fails(full.reader().read_async())));
}

#[test]
fn cs_18_in_a_rendezvous_each_write_waits_for_a_read() {
    let channel = Channel::create_bounded(0);
    let (reader, writer) = (channel.reader(), channel.writer());
    assert_eq!(writer.try_write(1), Err(1));
    let look = reader.wait_to_read_async();
    let write = writer.write_async(2);
    assert!(!write.is_completed());
    assert!(look.result().unwrap(), "who waits to write is something to read");
    assert_eq!((reader.count(), reader.try_peek()), (0, Some(2)));
    assert_eq!(reader.try_read(), Some(2));
    assert!(write.is_completed_successfully());

    let look = writer.wait_to_write_async();
    let read = reader.read_async();
    assert!(look.result().unwrap(), "who waits to read is room");
    writer.try_write(3).unwrap();
    assert_eq!(read.result().unwrap(), 3);
    let write = writer.write_async(4);
    writer.complete().unwrap();
    assert!(is_closed(&fails(write)));
    assert!(reader.completion().is_completed_successfully());

    let drops = BoundedChannelOptions::new(0).full_mode(BoundedChannelFullMode::DropOldest);
    let drops = Channel::create_bounded(drops);
    drops.writer().try_write(1).unwrap();
    assert_eq!(drops.reader().try_read(), None);
}

/// What happens, in order, when an item is written to who waits on the only worker.
fn order(allow: bool) -> Vec<&'static str> {
    Builder::new()
        .workers(1)
        .run(async move {
            let options = UnboundedChannelOptions::new().allow_synchronous_continuations(allow);
            Task::run(async move {
                let channel = Channel::create_unbounded_with(options);
                let log = Arc::new(Mutex::new(Vec::new()));
                let (reader, note) = (channel.reader(), log.clone());
                let reads = async_method(async move {
                    reader.read_async().await?;
                    note.lock().unwrap().push("read");
                    Ok(())
                });
                channel.writer().write_async(1).await?;
                log.lock().unwrap().push("written");
                reads.await?;
                Ok(Arc::into_inner(log).unwrap().into_inner().unwrap())
            })
            .await
        })
        .unwrap()
}

#[test]
fn cs_18_who_waits_goes_on_inside_of_a_write_only_if_that_is_allowed() {
    assert_eq!(order(false), ["written", "read"]);
    assert_eq!(order(true), ["read", "written"]);
}

#[test]
fn cs_18_all_items_are_read_in_turn() {
    csharp::run(async {
        let channel = Channel::create_bounded(2);
        let (reader, writer) = (channel.reader(), channel.writer());
        let all = async_method(async move {
            let mut items = Vec::new();
            await_foreach!(item in reader.read_all_async() => { items.push(item) })?;
            Ok(items)
        });
        for i in 0..10 {
            writer.write_async(i).await?;
        }
        writer.complete()?;
        assert_eq!(all.await?, (0..10).collect::<Vec<_>>());
        await_foreach!(_ in channel.reader().read_all_async() => { unreachable!("it has ended") })?;

        let channel = Channel::create_unbounded();
        channel.writer().try_write(1).unwrap();
        channel.writer().complete_with(Error::msg("a"))?;
        let mut walk =
            channel.reader().read_all_async().get_async_enumerator(CancellationToken::none());
        assert_eq!(walk.next_async().await?, Some(1));
        assert_eq!(walk.next_async().await.unwrap_err().to_string(), "a");
        assert_eq!(walk.next_async().await?, None);
        Ok(())
    })
    .unwrap();
}

#[test]
fn cs_18_a_walk_is_cancelled_where_it_waits() {
    csharp::run(async {
        let channel = Channel::create_unbounded();
        channel.writer().try_write(1).unwrap();
        let source = CancellationTokenSource::new();
        let (reader, token) = (channel.reader(), source.token());
        let walks = async_method(async move {
            let mut count = 0;
            let all = reader.read_all_async().with_cancellation(token);
            let error = await_foreach!(_ in all => { count += 1 }).unwrap_err();
            Ok((count, canceled(&error)))
        });
        source.cancel()?;
        assert_eq!(walks.await?, (1, Some(false)));
        channel.writer().try_write(2).unwrap();
        let all = channel.reader().read_all_async();
        let error = await_foreach!(_ in all.with_cancellation(source.token()) => {}).unwrap_err();
        assert_eq!(canceled(&error), Some(true));
        await_foreach!(item in channel.reader().read_all_async() => {
            assert_eq!(item, 2);
            break;
        })?;
        channel.writer().try_write(3).unwrap();
        assert_eq!(channel.reader().try_read(), Some(3), "what was not read stays");
        Ok(())
    })
    .unwrap();
}

#[test]
fn cs_18_items_need_neither_be_shared_nor_copied() {
    struct Own(std::cell::Cell<u32>);
    let channel = Channel::create_bounded(1);
    let reader = channel.reader();
    let mut read = pin!(reader.read_async().into_future());
    channel.writer().try_write(Own(1.into())).ok().unwrap();
    let Poll::Ready(Ok(own)) = read.as_mut().poll(&mut Context::from_waker(Waker::noop())) else {
        panic!("it has been given the item")
    };
    assert_eq!(own.0.get(), 1);
}

/// Each of `items` once, whoever gives up.
fn every_item_once(
    channel: &Channel<usize>,
    writers: usize,
    readers: usize,
    each: usize,
) -> Result<()> {
    let channel = channel.clone();
    let (sum, count) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    csharp::run({
        let (sum, count) = (sum.clone(), count.clone());
        async move {
            let writing: Vec<_> = (0..writers)
                .map(|number| {
                    let writer = channel.writer();
                    Task::run(async move {
                        for i in 0..each {
                            writer.write_async(number * each + i).await?;
                        }
                        Ok(())
                    })
                })
                .collect();
            let reading: Vec<_> = (0..readers)
                .map(|number| {
                    let reader = channel.reader();
                    let (sum, count) = (sum.clone(), count.clone());
                    let take = move |item| {
                        sum.fetch_add(item, Ordering::Relaxed);
                        count.fetch_add(1, Ordering::Relaxed);
                    };
                    Task::run(async move {
                        for round in number.. {
                            // By turns: a read that is given up at once or after a poll, one by a token, one
                            // that stays.
                            match round % 4 {
                                0 => drop(reader.read_async()),
                                1 => {
                                    let mut read = reader.read_async().into_future();
                                    let polled =
                                        futures_util::future::poll_immediate(&mut read).await;
                                    match polled {
                                        Some(Ok(item)) => take(item),
                                        Some(Err(_)) => return Ok(()),
                                        None => Task::yield_now().await,
                                    }
                                }
                                2 => {
                                    let source = CancellationTokenSource::new();
                                    let read = reader.read_async_with(source.token());
                                    let canceling = Task::run(move || source.cancel());
                                    match read.await {
                                        Ok(item) => take(item),
                                        Err(error) if is_closed(&error) => return Ok(()),
                                        Err(error) => assert_eq!(canceled(&error), Some(false)),
                                    }
                                    canceling.await?;
                                }
                                _ => match reader.read_async().await {
                                    Ok(item) => take(item),
                                    Err(error) if is_closed(&error) => return Ok(()),
                                    Err(error) => return Err(error),
                                },
                            }
                        }
                        Ok(())
                    })
                })
                .collect();
            Task::when_all(writing).await?;
            channel.writer().complete()?;
            Task::when_all(reading).await?;
            // Given up after the completion.
            while let Some(item) = channel.reader().try_read() {
                sum.fetch_add(item, Ordering::Relaxed);
                count.fetch_add(1, Ordering::Relaxed);
            }
            channel.reader().completion().await
        }
    })?;
    let items = writers * each;
    assert_eq!(count.load(Ordering::Relaxed), items);
    assert_eq!(sum.load(Ordering::Relaxed), items * (items - 1) / 2);
    Ok(())
}

#[test]
fn cs_18_no_item_is_lost_or_read_twice() {
    for capacity in [0, 1, 3, usize::MAX] {
        every_item_once(&Channel::create_bounded(capacity), 3, 3, 2000).unwrap();
    }
    let synchronous = BoundedChannelOptions::new(2).allow_synchronous_continuations(true);
    every_item_once(&Channel::create_bounded(synchronous), 2, 3, 2000).unwrap();
}
