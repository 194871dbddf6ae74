use fourfold::js::{Generator, GeneratorReturn, Yielder, generator};
use fourfold::{Error, Result};

use super::node::{error, item, program};

type Inner = Generator<String, &'static str, String>;

fn inner(name: &'static str) -> Inner {
    generator(async move |y: Yielder<String, &'static str>| {
        let tried = async {
            let got = y.yield_(format!("{name} 1")).await?;
            println!("{name} got {got}");
            y.yield_(format!("{name} 2")).await?;
            Ok::<_, Error>(format!("{name} result"))
        };
        let ended = match tried.await {
            Err(e) if !e.is::<GeneratorReturn>() => {
                println!("{name} caught {e}");
                let recovered = y.yield_(format!("{name} recovered")).await;
                recovered.map(|_| format!("{name} result after an error"))
            }
            other => other,
        };
        println!("{name} finally");
        ended
    })
}

fn outer() -> Inner {
    generator(async |y: Yielder<String, &'static str>| {
        let said = |returned: Option<String>| {
            println!("outer got {}", returned.as_deref().unwrap_or("undefined"));
        };
        said(y.yield_star(&inner("a")).await?);
        y.yield_("between".into()).await?;
        said(y.yield_star(&inner("b")).await?);
        y.yield_each(["plain", "values"].map(String::from)).await?;
        said(None);
        Ok("end".into())
    })
}

struct Node {
    value: i32,
    left: Option<Box<Node>>,
    right: Option<Box<Node>>,
}

fn node(value: i32, left: Option<Node>, right: Option<Node>) -> Node {
    Node { value, left: left.map(Box::new), right: right.map(Box::new) }
}

/// All values in their order; returns how many nodes there are.
fn walk(node: Option<Box<Node>>) -> Generator<i32, (), i32> {
    generator(async move |y: Yielder<i32>| {
        let Some(node) = node else { return Ok(0) };
        let left = y.yield_star(&walk(node.left)).await?.unwrap_or(0);
        y.yield_(node.value).await?;
        let right = y.yield_star(&walk(node.right)).await?.unwrap_or(0);
        Ok(left + right + 1)
    })
}

fn counted(tree: Node) -> Generator<i32> {
    generator(async move |y: Yielder<i32>| {
        let nodes = y.yield_star(&walk(Some(Box::new(tree)))).await?;
        println!("nodes: {}", nodes.unwrap_or(0));
        Ok(())
    })
}

pub(crate) fn run() {
    program(async {
        let g = outer();
        println!("{}", item(g.next("")?));
        println!("{}", item(g.next("sent")?));
        println!("{}", item(g.next("")?));
        println!("{}", item(g.next("")?));
        println!("{}", item(g.throw(error("thrown in"))?));
        for _ in 0..4 {
            println!("{}", item(g.next("")?));
        }

        let g = outer();
        g.next("")?;
        println!("{}", item(g.return_("returned".into())?));
        println!("{}", item(g.next("")?));

        let leaf = |value| Some(node(value, None, None));
        let tree = node(4, Some(node(2, leaf(1), leaf(3))), leaf(5));
        let values: Vec<String> =
            counted(tree).values().map(|v| v.map(|v| v.to_string())).collect::<Result<_>>()?;
        println!("{}", values.join(" "));
        Ok(())
    });
}
