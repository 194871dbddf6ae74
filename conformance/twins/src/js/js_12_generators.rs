use std::cell::OnceCell;
use std::rc::Rc;

use fourfold::js::{Generator, GeneratorReturn, Yielder, generator};
use fourfold::{Error, Result};

use super::node::{error, item, program, show};

fn counter() -> Generator<i32, &'static str, i32> {
    generator(async |y: Yielder<i32, &'static str>| {
        println!("start");
        println!("got {}", y.yield_(1).await?);
        println!("got {}", y.yield_(2).await?);
        Ok(3)
    })
}

fn guarded() -> Generator<&'static str, (), &'static str> {
    generator(async |y: Yielder<&'static str>| {
        loop {
            let left = match y.yield_("waiting").await {
                Err(e) if !e.is::<GeneratorReturn>() => {
                    println!("caught {e}");
                    y.yield_("recovered").await
                }
                other => other,
            };
            println!("finally");
            left?;
        }
    })
}

fn clings() -> Generator<&'static str, (), i32> {
    generator(async |y: Yielder<&'static str>| {
        let left = y.yield_("1").await;
        y.yield_("from finally").await?;
        println!("end of finally");
        left?;
        Ok(0)
    })
}

fn replaces() -> Generator<i32, (), &'static str> {
    generator(async |y: Yielder<i32>| {
        let _left = y.yield_(1).await;
        Ok("replaced")
    })
}

fn fails() -> Generator<i32, (), i32> {
    generator(async |y: Yielder<i32>| {
        y.yield_(1).await?;
        Err(error("inside"))
    })
}

fn endless() -> Generator<i32> {
    generator(async |y: Yielder<i32>| {
        let mut n = 0;
        let left: Error = loop {
            n += 1;
            if let Err(left) = y.yield_(n - 1).await {
                break left;
            }
        };
        println!("closed after {n}");
        Err(left)
    })
}

fn from_outside() -> Result<()> {
    let g = guarded();
    println!("{}", item(g.next(())?));
    println!("{}", item(g.throw(error("boom"))?));
    println!("{}", item(g.next(())?));
    println!("{}", item(g.return_("returned")?));
    println!("{}", item(g.next(())?));

    let g = clings();
    g.next(())?;
    println!("{}", item(g.return_(5)?));
    println!("{}", item(g.next(())?));
    println!("{}", item(g.next(())?));
    let g = replaces();
    g.next(())?;
    println!("{}", item(g.return_("5")?));

    let g = guarded();
    println!("{}", item(g.return_("early")?));
    println!("{}", item(g.next(())?));
    let g = counter();
    if let Err(e) = g.throw(error("early")) {
        println!("thrown back: {e}");
    }
    println!("{}", item(g.next("")?));
    if let Err(e) = g.throw(error("late")) {
        println!("thrown back: {e}");
    }
    Ok(())
}

fn loops() -> Result<()> {
    for n in endless() {
        if n? == 2 {
            break;
        }
    }
    let failing = || {
        for n in endless() {
            if n? == 1 {
                return Err(error("in the loop"));
            }
        }
        Ok(())
    };
    if let Err(e) = failing() {
        println!("{e}");
    }
    let apart: Vec<i32> = endless().values().take(2).collect::<Result<_>>()?;
    println!("taken apart: {} {}", apart[0], apart[1]);
    Ok(())
}

pub(crate) fn run() {
    program(async {
        let g = counter();
        println!("nothing has run yet");
        println!("{}", item(g.next("ignored")?));
        println!("{}", item(g.next("a")?));
        println!("{}", item(g.next("b")?));
        println!("{}", item(g.next("")?));
        let (g, mut values) = (counter(), Vec::new());
        while let Some(value) = g.next("undefined")?.value() {
            values.push(value.to_string());
        }
        println!("for of does not see the return value: {}", values.join(" "));

        from_outside()?;

        let g = fails();
        println!("{}", item(g.next(())?));
        if let Err(e) = g.next(()) {
            println!("out of next: {e}");
        }
        println!("{}", item(g.next(())?));

        let place: Rc<OnceCell<Generator<&str, (), i32>>> = Rc::default();
        let own = place.clone();
        let itself = place.get_or_init(|| {
            generator(async move |y: Yielder<&'static str>| {
                if let Err(e) = own.get().expect("it runs after it was made").next(()) {
                    println!("{}", show(&e));
                }
                y.yield_("still works").await?;
                Ok(0)
            })
        });
        println!("{}", item(itself.next(())?));
        loops()
    });
}
