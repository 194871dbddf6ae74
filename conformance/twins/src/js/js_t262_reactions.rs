use fourfold::Result;
use fourfold::js::{self, Promise, Resolvers, Thenable};

use super::node::{Value, null, program, throw};
use super::var::Var;

// The order of reactions, as the cases of test262 on Promise.prototype.then look at it.

type Text = &'static str;
type Sequences = Var<Vec<(Text, Var<Vec<String>>)>>;

/// The steps of a sequence.
#[derive(Clone, Copy)]
struct Step(Var<Vec<String>>);

impl Step {
    /// A step that is taken now.
    fn take(self, step: impl ToString) -> Result<()> {
        self.0.push(step.to_string());
        Ok(())
    }

    /// A handler that takes a step.
    fn on<T>(self, step: Text) -> impl FnOnce(T) -> Result<()> + 'static {
        move |_| self.take(step)
    }
}

fn sequence(sequences: Sequences, title: Text) -> Step {
    let steps = Var::new(Vec::new());
    sequences.with(|sequences| sequences.push((title, steps)));
    Step(steps)
}

struct Two {
    a: Promise<Text>,
    b: Promise<()>,
    settle_a: Resolvers<Text>,
    settle_b: Resolvers<()>,
}

fn two() -> Two {
    let ((a, settle_a), (b, settle_b)) = (Promise::with_resolvers(), Promise::with_resolvers());
    Two { a, b, settle_a, settle_b }
}

impl Two {
    fn reject_b(&self) {
        self.settle_b.reject(Value("b"));
    }

    fn resolve_a(&self) {
        self.settle_a.resolve("a");
    }

    fn react(&self, step: Step) {
        self.a.then(move |value| step.take(value));
        self.b.catch(move |reason| step.take(reason));
    }
}

// Two promises that are settled in another order than their reactions were added in.
fn orders(sequences: Sequences) -> Result<()> {
    {
        let step = sequence(sequences, "settled before the reactions");
        let p = two();
        p.reject_b();
        p.resolve_a();
        p.react(step);
        step.take("main")?;
    }
    {
        let step = sequence(sequences, "settled after the reactions");
        let p = two();
        p.react(step);
        p.reject_b();
        p.resolve_a();
        step.take("main")?;
    }
    {
        let step = sequence(sequences, "one before, one after");
        let p = two();
        p.reject_b();
        p.react(step);
        p.resolve_a();
        step.take("main")?;
    }
    {
        let step = sequence(sequences, "reactions added in a microtask");
        let p = two();
        p.reject_b();
        p.resolve_a();
        null().then(move |()| {
            p.react(step);
            step.take("adder")
        });
        step.take("main")?;
    }
    Ok(())
}

fn chains(sequences: Sequences) {
    // A promise with several reactions, some of which throw.
    {
        let step = sequence(sequences, "a throw does not hold up the others");
        let (a, settle) = Promise::with_resolvers();
        let throws = move |n| {
            move |()| {
                step.take(n)?;
                throw::<()>("x")
            }
        };
        a.then(throws(1)).catch(step.on("5"));
        a.then(step.on("2")).then(step.on("6"));
        a.then(throws(3)).then_else(step.on("never"), step.on("7"));
        a.then(step.on("4"));
        settle.resolve(());
    }
    // Chains that begin on one promise advance side by side.
    {
        let step = sequence(sequences, "three chains");
        let p = null();
        for name in ["a", "b", "c"] {
            p.then(move |()| step.take(format!("{name}1")))
                .then(move |()| step.take(format!("{name}2")))
                .then(move |()| step.take(format!("{name}3")));
        }
    }
    // Missing handlers take a microtask each.
    {
        let step = sequence(sequences, "passing through");
        Promise::<()>::reject(Value("r"))
            .then(step.on("never"))
            .then(Ok::<(), _>)
            .finally(move || step.take("finally"))
            .catch(move |r| step.take(r));
        let mut p = null();
        for i in 1..=7 {
            p = p.then(move |()| step.take(i));
        }
    }
    // finally that returns a promise that rejects.
    {
        let step = sequence(sequences, "finally and a rejection");
        null()
            .then(step.on("1"))
            .finally(move || {
                step.take(2)?;
                Ok(Promise::<()>::reject(Value("no")))
            })
            .catch(move |r| step.take(r))
            .then(step.on("3"));
        let mut p = null();
        for name in ["a", "b", "c", "d", "e", "f"] {
            p = p.then(step.on(name));
        }
    }
}

// Resolving by a promise, by a thenable and by a value, at once and from a handler.
fn resolving(sequences: Sequences) -> Result<()> {
    type P = Promise<()>;
    {
        let step = sequence(sequences, "four ways of resolving");
        let thenable = move |name: Text| {
            Thenable::new(move |settle| {
                step.take(format!("{name}.then"))?;
                settle.resolve(());
                Ok(())
            })
        };
        let with_promise = P::new(|r| {
            r.resolve(null());
            Ok(())
        });
        with_promise.then(step.on("promise"));
        let with_thenable = P::new(|r| {
            r.resolve(thenable("t"));
            Ok(())
        });
        with_thenable.then(step.on("thenable"));
        let with_value = P::new(|r| {
            r.resolve(());
            Ok(())
        });
        with_value.then(step.on("value"));
        let promise: P = null().then(|()| Ok(null()));
        promise.then(step.on("handler, promise"));
        let followed: P = null().then(move |()| Ok(thenable("h")));
        followed.then(step.on("handler, thenable"));
        null().then(|()| Ok(())).then(step.on("handler, value"));
    }
    let step = sequence(sequences, "a foreign thenable");
    let p = Promise::<i32>::resolve(Thenable::new(move |settle| {
        step.take(3)?;
        settle.resolve(4);
        step.take("3b")
    }));
    step.take(1)?;
    p.then(move |value| step.take(value));
    step.take(2)
}

pub(crate) fn run() {
    program(async {
        let sequences = Sequences::new(Vec::new());
        orders(sequences)?;
        chains(sequences);
        resolving(sequences)?;
        js::set_immediate(move || {
            for (title, steps) in sequences.get() {
                println!("{title}: {}", steps.join());
            }
        });
        Ok(())
    });
}
