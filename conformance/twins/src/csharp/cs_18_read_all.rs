use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

use fourfold::Result;
use fourfold::csharp::{
    self, AsyncEnumerable, CancellationToken, CancellationTokenSource, Channel, ChannelReader,
    Task, async_method, await_foreach,
};

use super::show::{b, exception, of};

fn read_all(reader: ChannelReader<i32>, token: CancellationToken) -> Task<String> {
    async_method(async move {
        let mut read = String::new();
        let walked = await_foreach!(value in reader.read_all_async().with_cancellation(token) => {
            read += &format!("{value} ");
        });
        Ok(read + &walked.map_or_else(|error| of(&error), |()| "end".into()))
    })
}

/// Several consumers share: each value once.
async fn share() -> Result<()> {
    let channel = Channel::create_unbounded();
    let (sum, count) = (Arc::new(AtomicI32::new(0)), Arc::new(AtomicI32::new(0)));
    let consumers = [(); 3].map(|()| {
        let (reader, sum, count) = (channel.reader(), sum.clone(), count.clone());
        Task::run(async move {
            await_foreach!(value in reader.read_all_async() => {
                sum.fetch_add(value, Ordering::Relaxed);
                count.fetch_add(1, Ordering::Relaxed);
            })
        })
    });
    for i in 1..=1000 {
        channel.writer().write_async(i).await?;
    }
    channel.writer().complete()?;
    Task::when_all(consumers).await?;
    let (sum, count) = (sum.load(Ordering::Relaxed), count.load(Ordering::Relaxed));
    println!("shared: {count} values, sum {sum}");
    Ok(())
}

/// A pipeline of three.
async fn pipe() -> Result<()> {
    let none = CancellationToken::none();
    let (numbers, squares) = (Channel::create_bounded(1), Channel::create_bounded(1));
    let (reader, writer) = (numbers.reader(), squares.writer());
    let squaring = async_method(async move {
        await_foreach!(value in reader.read_all_async() => {
            writer.write_async(value * value).await?;
        })?;
        writer.complete()
    });
    let last = read_all(squares.reader(), none);
    for i in 1..=5 {
        numbers.writer().write_async(i).await?;
    }
    numbers.writer().complete()?;
    println!("squares: {}", last.await?);
    squaring.await
}

async fn program() -> Result<()> {
    let none = CancellationToken::none;
    // A producer and a consumer through a small buffer.
    let channel = Channel::create_bounded(2);
    let all = read_all(channel.reader(), none());
    for i in 0..10 {
        channel.writer().write_async(i).await?;
    }
    channel.writer().complete()?;
    println!("all: {}", all.await?);
    println!("of an ended one: {}", read_all(channel.reader(), none()).await?);

    let channel = Channel::create_unbounded();
    channel.writer().try_write(1).expect("there is room");
    channel.writer().complete_with(exception("a"))?;
    println!("then an error: {}", read_all(channel.reader(), none()).await?);

    let channel = Channel::create_unbounded();
    channel.writer().try_write(1).expect("there is room");
    let source = CancellationTokenSource::new();
    let cancelled = read_all(channel.reader(), source.token());
    source.cancel()?;
    println!("cancelled: {}", cancelled.await?);
    channel.writer().try_write(2).expect("there is room");
    let before = read_all(channel.reader(), source.token());
    println!("cancelled before, and something there: {}", before.await?);
    await_foreach!(value in channel.reader().read_all_async() => {
        println!("left with {value}");
        break;
    })?;
    channel.writer().try_write(3).expect("there is room");
    let three = channel.reader().try_read();
    println!("what was not read stays: {} {}", b(three.is_some()), three.unwrap_or_default());

    share().await?;

    // Both halves can be handed on alone.
    let (reader, writer) = (channel.reader(), channel.writer());
    println!("halves: {} {}", b(reader == channel.reader()), b(writer == channel.writer()));

    pipe().await
}

pub(crate) fn run() {
    csharp::run(program()).expect("it handles what it raises");
}
