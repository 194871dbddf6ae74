use std::fmt::Display;

use fourfold::js::{Promise, Settled, Thenable};

use super::show::{Var, after, error, failing, main, throw};

fn print<T: Display>(outcomes: Vec<Settled<T>>) {
    for o in outcomes {
        match o {
            Settled::Fulfilled(value) => println!("fulfilled value {value}"),
            Settled::Rejected(reason) => println!("rejected reason {reason}"),
        }
    }
}

pub(crate) fn run() {
    main(async {
        let promises = [
            after(20, "slow"),
            failing(1, "bad"),
            Promise::resolve("plain"),
            Promise::reject(error("at once")),
        ];
        print(Promise::all_settled(promises).await?);
        println!("empty: {}", Promise::all_settled([] as [Promise<()>; 0]).await?.len());
        let rejects = Thenable::new(|settle| {
            settle.reject(error("thenable"));
            settle.resolve(1);
            Ok(())
        });
        let throws = Thenable::new(|_| throw("thrown"));
        print(Promise::all_settled([rejects, throws]).await?);
        let seen = Var::new(false);
        let (never, _) = Promise::with_resolvers();
        Promise::all_settled([after(1, ()), never]).then(move |_| {
            seen.set(true);
            Ok(())
        });
        after(5, ()).await?;
        println!("one that never settles is waited for: {}", !seen.get());
        Ok(())
    });
}
