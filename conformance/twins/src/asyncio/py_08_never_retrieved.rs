//! A failure nobody looked at is reported when its future is dropped, once.

use std::rc::Rc;

use fourfold::Result;
use fourfold::asyncio::{self, Future, ReturnWhen, create_task, gather, wait};

use super::python::{Log, Repr, ValueError, run_main, text, turn};

async fn fails(text: &'static str) -> Result<()> {
    Err(ValueError::new(text))
}

async fn main() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let reports: Log<(String, String)> = Log::default();
    let reported = reports.clone();
    event_loop.set_exception_handler(Some(Rc::new(move |context| {
        let exception = context.exception.as_ref().map_or("None".into(), text);
        reported.push((context.message.clone(), exception));
    })));

    let show = |what: &str| {
        println!("{what} {reports}");
        reports.clear();
    };

    let f: Future<()> = event_loop.create_future();
    f.set_exception(ValueError::new("unseen"))?;
    show("still held");
    drop(f);
    show("future dropped");

    let f: Future<()> = event_loop.create_future();
    f.set_exception(ValueError::new("seen"))?;
    f.exception()?;
    drop(f);
    show("exception() looked");

    let f: Future<()> = event_loop.create_future();
    f.set_exception(ValueError::new("awaited"))?;
    drop(f.await);
    show("awaited");

    let t = create_task(fails("task"));
    turn().await?;
    show("task held");
    drop(t);
    show("task dropped");

    let f: Future<()> = event_loop.create_future();
    f.cancel();
    drop(f);
    show("cancelled is no failure");

    let f: Future<()> = event_loop.create_future();
    drop(f);
    show("pending future");

    let t = create_task(fails("waited"));
    let (done, _) = wait([t.clone()], ReturnWhen::AllCompleted, None).await?;
    drop((t, done));
    show("wait does not look");

    let rs = gather([fails("gathered")]).return_exceptions().await?;
    let shown: Vec<String> =
        rs.iter().map(|r| r.as_ref().map_or_else(Repr::repr, Repr::repr)).collect();
    println!("[{}]", shown.join(", "));
    drop(rs);
    show("gather looks");
    Ok(())
}

pub(crate) fn run() {
    run_main(main());
}
