use fourfold::Result;
use fourfold::csharp::{CancellationToken, CancellationTokenSource, OperationCanceledException};

use super::show::{b, exception, thrown};

fn says(token: &CancellationToken, text: &'static str) {
    token.register(move || println!("{text}")).forget();
}

fn fails(token: &CancellationToken, text: &'static str) {
    token.register(move || -> Result<()> { Err(exception(text)) }).forget();
}

fn linked<const N: usize>(tokens: [CancellationToken; N]) -> CancellationTokenSource {
    CancellationTokenSource::create_linked_token_source(tokens)
}

fn program() -> Result<()> {
    let (one, other) = (CancellationTokenSource::new(), CancellationTokenSource::new());
    let both = linked([one.token(), other.token()]);
    says(&both.token(), "linked");
    says(&one.token(), "a, registered after the link");
    println!("before: {}", b(both.is_cancellation_requested()));
    one.cancel()?;
    println!(
        "after: {}, the other {}",
        b(both.is_cancellation_requested()),
        b(other.is_cancellation_requested())
    );

    // Downwards only.
    let parent = CancellationTokenSource::new();
    let child = linked([parent.token()]);
    child.cancel()?;
    println!(
        "the child cancelled: {} {}",
        b(child.is_cancellation_requested()),
        b(parent.is_cancellation_requested())
    );

    // A chain of links, in order.
    let root = CancellationTokenSource::new();
    says(&root.token(), "root, before the link");
    let middle = linked([root.token()]);
    says(&middle.token(), "middle, before the link");
    let leaf = linked([middle.token()]);
    says(&leaf.token(), "leaf");
    says(&middle.token(), "middle, after the link");
    says(&root.token(), "root, after the link");
    root.cancel()?;

    // Linked to what is cancelled already, to none, to nothing at all.
    let already = linked([root.token(), CancellationToken::none()]);
    println!("already: {}", b(already.is_cancellation_requested()));
    let to_none = linked([CancellationToken::none(), CancellationToken::default()]);
    println!(
        "to none: {} {}",
        b(to_none.is_cancellation_requested()),
        b(to_none.token().can_be_canceled())
    );
    println!("no tokens: {}", thrown(|| Ok(linked([]))));

    // A disposed link no longer follows.
    let kept = CancellationTokenSource::new();
    let cut = linked([kept.token()]);
    let token = cut.token();
    drop(cut);
    kept.cancel()?;
    println!("disposed: {}", b(token.is_cancellation_requested()));

    // Failures of callbacks behind a link come out of the source that was cancelled.
    let source = CancellationTokenSource::new();
    fails(&source.token(), "own");
    let behind = linked([source.token()]);
    fails(&behind.token(), "behind 1");
    fails(&behind.token(), "behind 2");
    println!("{}", thrown(|| source.cancel()));

    // Which token is in the exception: the one that was asked.
    let outer = CancellationTokenSource::new();
    let inner = linked([outer.token()]);
    outer.cancel()?;
    let error = inner.token().throw_if_cancellation_requested().unwrap_err();
    let token = OperationCanceledException::of(&error).expect("it is one").cancellation_token();
    println!(
        "the linked one {}, the outer one {}",
        b(*token == inner.token()),
        b(*token == outer.token())
    );
    Ok(())
}

pub(crate) fn run() {
    program().expect("it handles what it raises");
}
