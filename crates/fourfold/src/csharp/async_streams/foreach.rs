//! Walking through a sequence.

/// Runs a block for each item of an [`AsyncEnumerable`](crate::csharp::AsyncEnumerable), one after the other, and
/// [disposes](crate::csharp::AsyncEnumerator::dispose_async) of the walk at the end, be it an early one. It is an
/// expression, a [`Result`](crate::Result): of the loop, which `?` in the block leaves, as `break` does.
///
/// ```
/// use fourfold::csharp::{self, async_iterator, await_foreach};
///
/// csharp::run(async {
///     let words = async_iterator(|yielder, _token| async move {
///         yielder.yield_return("a").await?;
///         yielder.yield_return("b").await
///     });
///     let mut text = String::new();
///     await_foreach!(word in words => {
///         text.push_str(word);
///     })?;
///     assert_eq!(text, "ab");
///     Ok(())
/// })?;
/// # Ok::<(), fourfold::Error>(())
/// ```
///
/// # Errors
///
/// Those of the sequence and of the block; that of the disposal, if it fails, instead.
///
/// # Panics
///
/// If the block does; then the walk is dropped.
///
/// The original: `await foreach`.
// A macro, since a closure that borrows and awaits makes futures that the compiler does not see to be `Send`.
#[doc(hidden)]
#[macro_export]
macro_rules! __csharp_await_foreach {
    ($item:pat in $stream:expr => $body:block) => {{
        let mut walk = $crate::csharp::AsyncEnumerable::get_async_enumerator(
            $stream,
            $crate::csharp::CancellationToken::none(),
        );
        let left: $crate::Result<()> = async {
            while $crate::csharp::AsyncEnumerator::move_next_async(&mut walk).await? {
                let $item = $crate::csharp::AsyncEnumerator::take_current(&mut walk);
                $body
            }
            ::core::result::Result::Ok(())
        }
        .await;
        $crate::csharp::AsyncEnumerator::dispose_async(&mut walk).await.and(left)
    }};
}
