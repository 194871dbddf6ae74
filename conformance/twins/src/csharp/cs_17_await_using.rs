use fourfold::Result;
use fourfold::csharp::{self, Task, async_method};

use super::show::{end, exception};

// await using: disposal is awaited at the end of the block, however it is left. Drop cannot await, so
// the block is a future that is awaited before the disposal.

struct Resource {
    name: String,
    fails: bool,
}

impl Resource {
    fn new(name: impl Into<String>) -> Resource {
        let name = name.into();
        println!("{name} made");
        Resource { name, fails: false }
    }

    fn failing(name: &str) -> Resource {
        Resource { fails: true, ..Resource::new(name) }
    }

    async fn dispose(self) -> Result<()> {
        let name = self.name;
        println!("{name} disposal begins");
        Task::yield_now().await;
        println!("{name} disposal ends");
        if self.fails { Err(exception(&format!("of the disposal of {name}"))) } else { Ok(()) }
    }
}

/// A failure of the disposal comes out in place of what the block did.
async fn using<T>(
    resource: impl Into<Option<Resource>>,
    block: impl Future<Output = Result<T>>,
) -> Result<T> {
    let result = block.await;
    if let Some(resource) = resource.into() {
        resource.dispose().await?;
    }
    result
}

async fn returns() -> Result<i32> {
    using(Resource::new("a"), async {
        using(Resource::new("b"), async {
            println!("returns");
            Ok(5)
        })
        .await
    })
    .await
}

async fn throws() -> Result<()> {
    using(Resource::new("a"), async { Err(exception("of the block")) }).await
}

async fn both_throw() -> Result<()> {
    using(Resource::failing("a"), async { Err(exception("of the block")) }).await
}

async fn disposal_throws() -> Result<()> {
    using(Resource::new("outer"), async {
        using(Resource::failing("inner"), async {
            println!("block");
            Ok(())
        })
        .await
    })
    .await?;
    println!("never");
    Ok(())
}

async fn program() -> Result<()> {
    println!("{}", returns().await?);
    println!("{}", end(&async_method(throws())).await?);
    println!("{}", end(&async_method(both_throw())).await?);
    println!("{}", end(&async_method(disposal_throws())).await?);
    using(None, async {
        println!("nothing to dispose of");
        Ok(())
    })
    .await?;
    // Left by break.
    for i in 0..3 {
        if using(Resource::new(format!("round {i}")), async { Ok(i == 1) }).await? {
            break;
        }
    }
    println!("after the loop");
    Ok(())
}

pub(crate) fn run() {
    csharp::run(program()).expect("it handles what it raises");
}
