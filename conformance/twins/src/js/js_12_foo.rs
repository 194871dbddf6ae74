use fourfold::js::{Generator, Yielder, generator};

use super::node::program;

fn foo(x: i32) -> Generator<i32, Option<i32>> {
    generator(async move |y: Yielder<i32, Option<i32>>| {
        println!("foo start");
        let a = y.yield_(x).await?;
        println!("foo a {}", a.map_or("undefined".into(), |a| a.to_string()));
        y.yield_(2).await?;
        y.yield_(3).await?;
        println!("foo end");
        Ok(())
    })
}

/// The first value, as a loop that breaks has it.
fn first(generator: &Generator<i32, Option<i32>>) -> fourfold::Result<i32> {
    let value = generator.next(None)?.value().expect("it yields");
    generator.close()?;
    Ok(value)
}

pub(crate) fn run() {
    program(async {
        let g = foo(1);
        for _ in 0..3 {
            println!("{}", g.next(None)?.value().expect("it yields three times"));
        }
        println!("{}", first(&foo(1))?);
        println!("{}", first(&foo(1))?);
        Ok(())
    });
}
