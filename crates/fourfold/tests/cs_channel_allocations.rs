//! Items go through a channel without an allocation, also where somebody has to wait.

#[path = "support/counting.rs"]
mod counting;

use counting::ALLOCATIONS;
use fourfold::csharp::{BoundedChannelOptions, Channel, async_method};

const ROUNDS: u64 = 1000;

#[test]
fn cs_18_items_go_through_without_an_allocation() {
    let channel = Channel::create_bounded(4);
    let (reader, writer) = (channel.reader(), channel.writer());
    let method = async_method(async move {
        let mut before = 0;
        for i in 0..ROUNDS {
            writer.write_async(i).await?;
            writer.write_async(i).await?;
            assert_eq!(reader.read_async().await?, i);
            assert_eq!(reader.try_read(), Some(i));
            if i == 0 {
                before = ALLOCATIONS.get();
            }
        }
        Ok(ALLOCATIONS.get() - before)
    });
    assert_eq!(method.result().unwrap(), 0);
}

#[test]
fn cs_18_who_waits_alone_waits_without_an_allocation() {
    let options = BoundedChannelOptions::new(1).allow_synchronous_continuations(true);
    let channel = Channel::create_bounded(options);
    let reader = channel.reader();
    let reads = async_method(async move {
        let mut sum = 0;
        for _ in 0..=ROUNDS {
            sum += reader.read_async().await?;
        }
        Ok(sum)
    });
    let mut before = 0;
    for i in 0..=ROUNDS {
        // The other goes on inside of this, up to its next read.
        channel.writer().try_write(i).unwrap();
        if i == 0 {
            before = ALLOCATIONS.get();
        }
    }
    assert_eq!(ALLOCATIONS.get() - before, 0);
    assert_eq!(reads.result().unwrap(), ROUNDS * (ROUNDS + 1) / 2);
}
