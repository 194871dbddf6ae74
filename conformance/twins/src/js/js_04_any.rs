use fourfold::Error;
use fourfold::js::{AggregateError, Promise, Thenable, process};

use super::show::{after, error, failing, main, name, throw};

fn print(e: &Error) {
    let errors: Vec<_> = e.errors().iter().map(Error::to_string).collect();
    println!("{} {} {e} [{}]", name(e), e.is::<AggregateError>(), errors.join(", "));
}

pub(crate) fn run() {
    main(async {
        let promises = [after(40, "slow"), failing(1, "bad"), after(10, "quick")];
        println!("{}", Promise::any(promises).await?);
        let promises =
            [Promise::reject(error("a")), Promise::resolve("plain"), Promise::resolve("settled")];
        println!("{}", Promise::any(promises).await?);
        // The errors stand in the order of the input, not of the failures.
        let failures =
            [failing::<()>(5, "late"), failing(1, "early"), Promise::reject(error("at once"))];
        if let Err(e) = Promise::any(failures).await {
            print(&e);
        }
        if let Err(e) = Promise::any([] as [Promise<()>; 0]).await {
            print(&e);
        }
        let throws = Thenable::new(|_| throw("thenable"));
        let fulfils = Thenable::new(|settle| {
            settle.resolve("thenable");
            Ok(())
        });
        println!("{}", Promise::any([throws, fulfils]).await?);
        // The others go on, and their failures are handled.
        process::on_unhandled_rejection(|_| println!("never"));
        println!("{}", Promise::any([failing(20, "unseen"), after(1, "won")]).await?);
        after(30, ()).await?;
        println!("end");
        Ok(())
    });
}
