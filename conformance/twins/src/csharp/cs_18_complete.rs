use fourfold::Result;
use fourfold::csharp::{
    Channel, ChannelReader, OperationCanceledException, Task, UnboundedChannelOptions, async_method,
};

use super::show::{b, ended, exception, of, thrown};

fn read(reader: &ChannelReader<i32>) -> String {
    ended(&reader.read_async().as_task())
}

fn looks(reader: ChannelReader<i32>) -> Task<String> {
    async_method(async move {
        let looked = reader.wait_to_read_async().await;
        Ok(looked.map_or_else(|error| of(&error), |some| b(some).into()))
    })
}

fn look(reader: &ChannelReader<i32>) -> Result<String> {
    looks(reader.clone()).result()
}

fn run_with(what: &str, make: impl Fn() -> Channel<i32>) -> Result<()> {
    println!("-- {what}");
    // Completed: no more writes; what is in it can be read; then it has ended.
    let channel = make();
    let (writer, reader) = (channel.writer(), channel.reader());
    writer.try_write(1).expect("there is room");
    writer.try_write(2).expect("there is room");
    println!(
        "complete: {} {} {}",
        b(writer.try_complete()),
        b(writer.try_complete()),
        thrown(|| writer.complete())
    );
    println!(
        "writes: {} {} {}",
        b(writer.try_write(3).is_ok()),
        ended(&writer.write_async(3).as_task()),
        b(writer.wait_to_write_async().result()?)
    );
    println!("not ended: {:?}, {}", reader.completion().status(), look(&reader)?);
    let first = reader.try_read();
    println!("drained: {} {} {}", b(first.is_some()), first.unwrap_or_default(), read(&reader));
    println!(
        "ended: {:?}, {}, {}, {}",
        reader.completion().status(),
        look(&reader)?,
        read(&reader),
        b(reader.try_read().is_some())
    );

    // With an error.
    let channel = make();
    let (writer, reader) = (channel.writer(), channel.reader());
    writer.try_write(1).expect("there is room");
    writer.complete_with(exception("a"))?;
    println!(
        "an error: {}, {}, {}",
        ended(&writer.write_async(3).as_task()),
        read(&reader),
        ended(&reader.completion())
    );
    println!(
        "after it: {}, {}, {}",
        look(&reader)?,
        read(&reader),
        thrown(|| writer.wait_to_write_async().result())
    );
    let channel = make();
    channel.writer().complete_with(OperationCanceledException::new())?;
    let reader = channel.reader();
    println!("a cancellation: {}, {}", ended(&reader.completion()), read(&reader));

    // Who waits is woken.
    let channel = make();
    let waits = channel.reader().read_async();
    channel.writer().complete()?;
    println!("a read that waits: {}", ended(&waits.as_task()));
    let channel = make();
    let waits = looks(channel.reader());
    channel.writer().complete()?;
    println!("a look that waits: {}", waits.result()?);
    let channel = make();
    let waits = channel.reader().read_async();
    channel.writer().complete_with(exception("b"))?;
    println!("a read that waits, an error: {}", ended(&waits.as_task()));
    let channel = make();
    let waits = looks(channel.reader());
    channel.writer().complete_with(exception("b"))?;
    println!("a look that waits, an error: {}", waits.result()?);
    Ok(())
}

fn program() -> Result<()> {
    run_with("unbounded", Channel::create_unbounded)?;
    run_with("for a single reader", || {
        Channel::create_unbounded_with(UnboundedChannelOptions::new().single_reader(true))
    })?;
    run_with("bounded", || Channel::create_bounded(2))?;

    // A writer that waits before a full one.
    let full = Channel::create_bounded(1);
    let (writer, reader) = (full.writer(), full.reader());
    writer.try_write(1).expect("there is room");
    let write = writer.write_async(2);
    let wait = writer.wait_to_write_async();
    writer.complete()?;
    println!(
        "a write that waits: {}, a look {}",
        ended(&write.as_task()),
        b(wait.as_task().result()?)
    );
    println!("what was in it: {}, then {}", read(&reader), read(&reader));
    Ok(())
}

pub(crate) fn run() {
    program().expect("it handles what it raises");
}
