use std::sync::Arc;

use fourfold::Result;
use fourfold::csharp::{
    self, AsyncEnumerable, AsyncEnumerator, CancellationToken, CancellationTokenSource, Pump, Task,
    async_iterator, async_iterator_with, await_foreach, current_synchronization_context,
};

use super::show::{b, of};

fn says(token: &CancellationToken) {
    println!(
        "can be cancelled {}, requested {}",
        b(token.can_be_canceled()),
        b(token.is_cancellation_requested())
    );
}

/// With `[EnumeratorCancellation]` there: it is given a token that both cancel.
fn marked(token: CancellationToken) -> impl AsyncEnumerable<Item = i32, Enumerator: Send> + Send {
    async_iterator_with(token, |yielder, token| async move {
        says(&token);
        let yields = async {
            for i in 1.. {
                Task::yield_now().await;
                token.throw_if_cancellation_requested()?;
                yielder.yield_return(i).await?;
            }
            Ok(())
        };
        let yielded: Result<()> = yields.await;
        println!("finally");
        yielded
    })
}

fn unmarked(token: CancellationToken) -> impl AsyncEnumerable<Item = i32, Enumerator: Send> + Send {
    async_iterator(|yielder, _| async move {
        says(&token);
        Task::yield_now().await;
        yielder.yield_return(1).await
    })
}

async fn walk<S>(
    stream: S,
    token: CancellationToken,
    cancels: Option<&CancellationTokenSource>,
) -> String
where
    S: AsyncEnumerable<Item = i32>,
    S::Enumerator: AsyncEnumerator<Item = i32>,
{
    let mut count = 0;
    let walked = await_foreach!(number in stream.with_cancellation(token) => {
        count += 1;
        if number == 2
            && let Some(source) = cancels
        {
            source.cancel()?;
        }
        if number == 4 {
            break;
        }
    });
    match walked {
        Ok(()) => format!("{count} and left"),
        Err(error) => format!("{count} and {}", of(&error)),
    }
}

async fn program() -> Result<()> {
    let none = CancellationToken::none;
    let (one, other) = (CancellationTokenSource::new(), CancellationTokenSource::new());
    println!("no token: {}", walk(marked(none()), none(), None).await);
    println!("WithCancellation: {}", walk(marked(none()), one.token(), Some(&one)).await);
    println!("cancelled before: {}", walk(marked(none()), one.token(), None).await);
    println!("by the argument: {}", walk(marked(one.token()), none(), None).await);
    let both = walk(marked(one.token()), other.token(), None).await;
    println!("both, the argument's cancelled: {both}");
    let both = walk(marked(other.token()), one.token(), None).await;
    println!("both, the other's cancelled: {both}");
    let third = CancellationTokenSource::new();
    let both = walk(marked(other.token()), third.token(), Some(&other)).await;
    println!("both, neither yet: {both}");
    // Without taking it the stream never hears of it.
    println!("unmarked: {}", walk(unmarked(none()), one.token(), None).await);
    println!("unmarked, by the argument: {}", walk(unmarked(one.token()), none(), None).await);

    // Where the loop goes on.
    Pump::new().run(async {
        let context = current_synchronization_context().expect("a pump has one");
        await_foreach!(_ in marked(CancellationToken::none()) => {
            let here = current_synchronization_context();
            println!("in the context {}", b(here.is_some_and(|here| Arc::ptr_eq(&here, &context))));
            break;
        })
    })
}

pub(crate) fn run() {
    csharp::run(program()).expect("it handles what it raises");
}
