use fourfold::Result;
use fourfold::js::{Promise, Resolvers, Thenable};

use super::show::{Var, after, error, failing, main, show, throw};

fn thenable<T: Clone>(then: impl FnOnce(Resolvers<T>) -> Result<()> + 'static) -> Promise<T> {
    Promise::resolve(Thenable::new(then))
}

fn answers_twice(value: i32) -> Promise<i32> {
    thenable(move |settle| {
        settle.resolve(value);
        settle.resolve(-1);
        Ok(())
    })
}

fn joined<T: ToString>(values: &[T]) -> String {
    values.iter().map(T::to_string).collect::<Vec<_>>().join(", ")
}

pub(crate) fn run() {
    main(async {
        let plain = Promise::resolve;
        let values =
            Promise::all([after(15, "slow"), plain("plain"), after(1, "quick"), plain("settled")]);
        println!("in the order of the input: {}", joined(&values.await?));
        println!("empty: {}", Promise::all([] as [Promise<()>; 0]).await?.len());

        // The first rejection wins, and the others go on.
        let finished = Var::new(0);
        let finishes = after(40, ()).then(move |()| {
            finished.next();
            Ok(())
        });
        let others = [finishes, failing(20, "second"), failing(1, "first")];
        if let Err(e) = Promise::all(others).await {
            println!("rejected by {} finished {}", show(&e), finished.get());
        }
        after(60, ()).await?;
        println!("the others went on: finished {}", finished.get());

        // Rejected already: the one that comes first in the input.
        let rejected = [after(1, ()), Promise::reject(error("a")), Promise::reject(error("b"))];
        if let Err(e) = Promise::all(rejected).await {
            println!("{}", show(&e));
        }

        // Thenables are adopted, and their second answer does not count.
        println!("{}", joined(&Promise::all([answers_twice(1), answers_twice(2)]).await?));
        let throws = thenable(|_| throw("then throws"));
        if let Err(e) = Promise::all([answers_twice(1), throws]).await {
            println!("{}", show(&e));
        }

        // An input that fails while it is walked rejects.
        let broken = || [Ok(Promise::resolve(1)), throw("while walked")].into_iter();
        let all = Promise::<Vec<_>>::try_call(|| {
            let walked: Vec<_> = broken().collect::<Result<_>>()?;
            Ok(Promise::all(walked))
        });
        if let Err(e) = all.await {
            println!("{}", show(&e));
        }

        // One promise twice.
        let p = after(1, "p");
        println!("{}", joined(&Promise::all([&p, &p]).await?));
        Ok(())
    });
}
