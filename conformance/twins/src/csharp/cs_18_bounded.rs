use fourfold::Result;
use fourfold::csharp::{
    BoundedChannelFullMode, BoundedChannelOptions, CancellationToken, CancellationTokenSource,
    Channel, ChannelReader,
};

use super::show::{b, ended, thrown};

fn drain(reader: &ChannelReader<i32>) -> String {
    let values: Vec<_> = std::iter::from_fn(|| reader.try_read()).map(|n| n.to_string()).collect();
    values.join(",")
}

fn new(capacity: usize, mode: BoundedChannelFullMode) -> Channel<i32> {
    Channel::create_bounded(BoundedChannelOptions::new(capacity).full_mode(mode))
}

fn full_ones() {
    // What becomes of writes to a full one.
    let modes = [
        BoundedChannelFullMode::Wait,
        BoundedChannelFullMode::DropNewest,
        BoundedChannelFullMode::DropOldest,
        BoundedChannelFullMode::DropWrite,
    ];
    for mode in modes {
        let channel = new(3, mode);
        let (writer, reader) = (channel.writer(), channel.reader());
        let tries: Vec<_> = (1..=5).map(|i| b(writer.try_write(i).is_ok())).collect();
        println!("{mode:?}: {} -> {}", tries.join(" "), drain(&reader));
        for i in 1..=3 {
            writer.try_write(i).expect("there is room");
        }
        let write = writer.write_async(9);
        println!(
            "{mode:?}, WriteAsync: completed {}, can write {} -> {}",
            b(write.is_completed()),
            b(writer.wait_to_write_async().is_completed()),
            drain(&reader)
        );
        println!("{mode:?}, then: completed {} -> {}", b(write.is_completed()), drain(&reader));
    }
}

fn lines() -> Result<()> {
    // Wait: writers stand in line, each goes on when its value is in.
    let one = new(1, BoundedChannelFullMode::Wait);
    let (writer, reader) = (one.writer(), one.reader());
    let writes: Vec<_> = (0..4).map(|i| writer.write_async(i)).collect();
    for _ in 0..4 {
        let value = reader.try_read().expect("one is in it");
        let written: Vec<_> = writes.iter().map(|write| b(write.is_completed())).collect();
        println!("read {value}, written {}", written.join(" "));
    }
    println!("empty: {}", b(reader.try_read().is_some()));

    // Who tries does not overtake who waits.
    writer.try_write(1).expect("there is room");
    let waiting = writer.write_async(2);
    println!(
        "beside one that waits: {} -> {}, {}",
        b(writer.try_write(3).is_ok()),
        drain(&reader),
        b(waiting.is_completed_successfully())
    );

    // Readers stand in line, too; a write goes straight to the first.
    let reads = [(); 3].map(|()| reader.read_async());
    for i in 0..3 {
        println!(
            "write {} {}",
            b(writer.try_write(10 + i).is_ok()),
            b(writer.wait_to_write_async().is_completed())
        );
    }
    let [first, second, third] = reads;
    println!("read {} {} {}", first.result()?, second.result()?, third.result()?);

    // A cancelled one leaves the line.
    let source = CancellationTokenSource::new();
    writer.try_write(1).expect("there is room");
    let leaves = writer.write_async_with(2, source.token());
    let stays = writer.write_async(3);
    source.cancel()?;
    println!(
        "cancelled: {} {} -> {}, {}",
        b(leaves.is_canceled()),
        ended(&leaves.as_task()),
        drain(&reader),
        b(stays.is_completed_successfully())
    );
    let second = CancellationTokenSource::new();
    let gone = reader.read_async_with(second.token());
    let next = reader.read_async();
    second.cancel()?;
    writer.try_write(4).expect("somebody waits for it");
    println!("cancelled: {}; the next: {}", ended(&gone.as_task()), next.result()?);
    let cancelled = CancellationToken::new(true);
    println!(
        "cancelled before: {} {}",
        ended(&writer.write_async_with(5, cancelled.clone()).as_task()),
        b(reader.try_read().is_some())
    );
    writer.try_write(6).expect("there is room");
    println!("even if there is one: {}", ended(&reader.read_async_with(cancelled).as_task()));
    Ok(())
}

fn program() -> Result<()> {
    full_ones();
    lines()?;
    println!("no capacity: {}", thrown(|| Ok(Channel::<i32>::create_bounded(0))));
    let dropping = new(1, BoundedChannelFullMode::DropOldest);
    dropping.writer().try_write(1).expect("there is room");
    println!(
        "one that drops can always be written to: {}",
        b(dropping.writer().wait_to_write_async().result()?)
    );
    Ok(())
}

pub(crate) fn run() {
    program().expect("it handles what it raises");
}
