use fourfold::Result;
use fourfold::js::{Promise, Resolvers, Then, Thenable};

use super::node::{program, say};

// then is never read: what has one says so by its type. It is called later, once.

struct Counting {
    name: &'static str,
}

fn counting(name: &'static str) -> Thenable<String> {
    println!("{name}: then is known by the type");
    Thenable::of(Counting { name })
}

impl Then<String> for Counting {
    fn then(self: Box<Self>, settle: Resolvers<String>) -> Result<()> {
        println!("{}: then is called", self.name);
        settle.resolve(format!("value of {}", self.name));
        Ok(())
    }
}

#[derive(Clone)]
struct WithThen {
    then: i32,
}

pub(crate) fn run() {
    program(async {
        let promise = Promise::<String>::new(|settle| {
            settle.resolve(counting("a"));
            println!("resolve has returned");
            Ok(())
        });
        promise.then(|value| say!("{value}"));

        // Only the call that counts looks at it.
        let (promise, settle) = Promise::<String>::with_resolvers();
        settle.resolve(String::from("1"));
        settle.resolve(Thenable::of(Counting { name: "b" }));
        promise.then(|value| say!("b is not looked at: {value}"));

        Promise::resolve(()).then(|()| say!("a throw while it is read: does not compile"));

        // Where then is no function, the object is the value.
        Promise::resolve(WithThen { then: 5 })
            .then(|value| say!("a value with then {}", value.then));
        Ok(())
    });
}
