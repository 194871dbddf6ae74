use fourfold::js::{Promise, Thenable, process};

use super::show::{Var, after, error, failing, main, show};

fn thenable() -> Promise<&'static str> {
    Promise::resolve(Thenable::new(|settle| {
        settle.resolve("thenable");
        Ok(())
    }))
}

pub(crate) fn run() {
    main(async {
        process::on_unhandled_rejection(|_| println!("never"));
        println!("{}", Promise::race([after(30, "slow"), after(1, "quick")]).await?);
        if let Err(e) = Promise::race([after(30, ()), failing(1, "first")]).await {
            println!("{}", show(&e));
        }
        // Of two that are settled the first in the input wins.
        println!("{}", Promise::race([Promise::resolve("a"), Promise::resolve("b")]).await?);
        println!("{}", Promise::race([after(1, "timer"), Promise::resolve("plain")]).await?);
        let settled = [Promise::reject(error("a")), Promise::resolve("b")];
        if let Err(e) = Promise::race(settled).await {
            println!("{}", show(&e));
        }
        println!("{}", Promise::race([thenable(), after(1, "timer")]).await?);
        // A promise beats a thenable that is before it: its then is called one microtask later.
        println!("{}", Promise::race([thenable(), Promise::resolve("promise")]).await?);
        // The loser's failure is handled.
        println!("{}", Promise::race([failing(20, "unseen"), after(1, "won")]).await?);
        after(30, ()).await?;
        // Of nothing it never settles.
        let settled = Var::new(false);
        Promise::race([] as [Promise<()>; 0]).finally(move || {
            settled.set(true);
            Ok(())
        });
        after(1, ()).await?;
        println!("race of nothing has settled: {}", settled.get());
        Ok(())
    });
}
