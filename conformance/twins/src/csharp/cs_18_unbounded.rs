use std::sync::Arc;

use fourfold::Result;
use fourfold::csharp::{CancellationTokenSource, Channel, UnboundedChannelOptions, async_method};

use super::pool;
use super::show::{Log, b, ended};

fn new(single: bool, inline: bool) -> Channel<i32> {
    let options = UnboundedChannelOptions::new();
    Channel::create_unbounded_with(
        options.single_reader(single).allow_synchronous_continuations(inline),
    )
}

fn one_reader(single: bool) -> Result<()> {
    println!("-- for a single reader: {}", b(single));
    let channel = new(single, false);
    let (writer, reader) = (channel.writer(), channel.reader());
    let write = |value| writer.try_write(value).expect("there is always room");
    (0..5).for_each(write);
    println!(
        "always room: {} {}",
        b(writer.write_async(5).is_completed_successfully()),
        b(writer.wait_to_write_async().result()?)
    );
    let read: String =
        std::iter::from_fn(|| reader.try_read()).map(|value| value.to_string()).collect();
    println!("in order: {read}");

    // A read that waits gets the next value.
    let waits = reader.read_async();
    println!("waits: {}", b(waits.is_completed()));
    write(7);
    println!("gets: {}, nothing left {}", waits.result()?, b(reader.try_read().is_some()));

    // wait_to_read_async takes nothing.
    let ready = reader.wait_to_read_async();
    println!("nothing to read: {}", b(ready.is_completed()));
    write(8);
    println!(
        "something: {} {} {}",
        b(ready.as_task().result()?),
        b(reader.wait_to_read_async().result()?),
        b(reader.wait_to_read_async().result()?)
    );
    let eight = reader.try_read();
    println!("still there: {} {}", b(eight.is_some()), eight.unwrap_or_default());

    let source = CancellationTokenSource::new();
    let cancelled = reader.read_async_with(source.token());
    source.cancel()?;
    println!("a cancelled read: {}", ended(&cancelled.as_task()));
    write(9);
    let nine = reader.try_read();
    println!("has not taken it: {} {}", b(nine.is_some()), nine.unwrap_or_default());
    let second = CancellationTokenSource::new();
    let look = reader.wait_to_read_async_with(second.token());
    second.cancel()?;
    println!("a cancelled look: {}", ended(&look.as_task()));
    Ok(())
}

fn many_readers() -> Result<()> {
    // Several readers are served in the order they came; who only looks is woken with all others.
    let many = new(false, false);
    let (writer, reader) = (many.writer(), many.reader());
    let write = |value| writer.try_write(value).expect("there is always room");
    let (first, next) = (reader.read_async(), reader.read_async());
    let looks = [(); 2].map(|()| reader.wait_to_read_async());
    let looked = || format!("{} {}", b(looks[0].is_completed()), b(looks[1].is_completed()));
    write(1);
    println!("one: {} {} {}", b(first.is_completed()), b(next.is_completed()), looked());
    write(2);
    println!("two: {} {}", b(next.is_completed()), looked());
    write(3);
    println!("three: {}, {} {}", looked(), first.result()?, next.result()?);
    Ok(())
}

/// Where a reader goes on: on the pool, or within the write if that is allowed.
fn goes_on(inline: bool, single: bool) {
    let channel = new(single, inline);
    let write = |value| channel.writer().try_write(value).expect("there is always room");
    let log = Arc::new(Log::new());
    let (reader, reads) = (channel.reader(), log.clone());
    async_method(async move {
        let value = reader.read_async().await?;
        reads.add(format!("read {value} "));
        Ok(())
    });
    write(1);
    log.add("written ");
    pool::run_queued();
    let (reader, looks) = (channel.reader(), log.clone());
    async_method(async move {
        let some = reader.wait_to_read_async().await?;
        looks.add(format!("saw {} ", b(some)));
        Ok(())
    });
    write(2);
    log.add("written ");
    pool::run_queued();
    println!("inline allowed {}, single {}: {}", b(inline), b(single), log.take().concat());
}

fn program() -> Result<()> {
    one_reader(false)?;
    one_reader(true)?;
    many_readers()?;
    pool::hold();
    for inline in [false, true] {
        for single in [false, true] {
            goes_on(inline, single);
        }
    }
    Ok(())
}

pub(crate) fn run() {
    pool::run(|| program().expect("it handles what it raises"));
}
