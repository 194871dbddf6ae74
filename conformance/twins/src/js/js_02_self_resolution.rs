use fourfold::js::{self, Promise, TypeError};

use super::show::{Var, caught, main, say, show};

pub(crate) fn run() {
    main(async {
        // By the promise's own function.
        let resolve = Var::unset();
        let own = Promise::<()>::new(|settle| {
            resolve.set(Some(settle));
            Ok(())
        });
        own.catch(|e| say!("own: {} {}", e.is::<TypeError>(), show(&e)));
        resolve.it().resolve(own);

        // By a handler that returns the promise it makes.
        let derived = Var::<Option<Promise<()>>>::unset();
        let made = Promise::resolve(1).then(move |_| Ok(derived.it()));
        derived.set(Some(made));
        derived.it().catch(|e| say!("derived: {} {}", e.is::<TypeError>(), show(&e)));

        // By withResolvers, and only the first call counts.
        let (promise, settle) = Promise::<i32>::with_resolvers();
        settle.resolve(promise.clone());
        settle.resolve(1);
        promise.then_else(|_| say!("never"), |e| say!("withResolvers: {}", show(&e)));

        // Two promises that wait for each other never settle; that is not noticed.
        let (a, settle_a) = Promise::<()>::with_resolvers();
        let (b, settle_b) = Promise::<()>::with_resolvers();
        settle_a.resolve(b);
        settle_b.resolve(a.clone());
        caught(&a.then(|()| say!("never")), |_| say!("never"));
        js::set_timeout(|| println!("a circle of two stays pending"), 1);
        println!("end of main");
        Ok(())
    });
}
