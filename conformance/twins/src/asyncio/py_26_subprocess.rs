//! Subprocesses with pipes.

use std::rc::Rc;

use fourfold::Result;
use fourfold::asyncio::{
    DEVNULL, PIPE, Process, STDOUT, create_subprocess_exec, create_subprocess_shell, gather,
    wait_for,
};

use super::python::{Bytes, BytesRepr, Repr, run_main, seconds, type_name};

type Outputs = (Option<Vec<u8>>, Option<Vec<u8>>);

fn shown((out, err): Outputs) -> String {
    (out.map(Bytes), err.map(Bytes)).repr()
}

fn errno(e: &fourfold::Error) -> Option<i32> {
    e.downcast_ref::<std::io::Error>().and_then(|e| e.raw_os_error())
}

fn waiting(p: &Rc<Process>) -> impl Future<Output = Result<i32>> + use<> {
    let p = p.clone();
    async move { p.wait().await }
}

async fn main() -> Result<()> {
    let script = "echo out; echo err >&2; exit 3";
    let p = create_subprocess_exec("sh", ["-c", script]).stdout(PIPE).stderr(PIPE).await?;
    let running = p.returncode().is_none_or(|code| code == 3);
    println!("running {} {}", running.repr(), (p.pid() > 0).repr());
    println!("{} {}", shown(p.communicate(None).await?), p.returncode().repr());

    let cat = || create_subprocess_exec("cat", [""; 0]).stdin(PIPE).stdout(PIPE);
    let p = cat().await?;
    let outputs = p.communicate(Some(b"through the pipe")).await?;
    println!("{} {}", shown(outputs), p.returncode().repr());

    let p = cat().await?;
    let stdin = p.stdin.as_ref().expect("there is a pipe");
    let stdout = p.stdout.as_ref().expect("there is a pipe");
    for line in [b"one\n", b"two\n"] {
        stdin.write(line);
        stdin.drain().await?;
        println!("line {}", stdout.readline().await?.bytes_repr());
    }
    stdin.close();
    println!("eof {} code {}", stdout.read_to_end().await?.bytes_repr(), p.wait().await?);

    let script = "echo $((6*7)); echo e >&2";
    let p = create_subprocess_shell(script).stdout(PIPE).stderr(STDOUT).await?;
    println!("{}", shown(p.communicate(None).await?));

    let p = Rc::new(create_subprocess_exec("sleep", ["30"]).stdout(DEVNULL).await?);
    if wait_for(waiting(&p), seconds(0.005)).await.is_err_and(|e| e.is_timed_out()) {
        println!("TimeoutError, still running {}", p.returncode().repr());
    }
    p.terminate()?;
    println!("terminated {}", p.wait().await?);
    if let Err(e) = p.kill()
        && errno(&e) == Some(rustix::io::Errno::SRCH.raw_os_error())
    {
        println!("kill afterwards ProcessLookupError");
    }
    let p = Rc::new(create_subprocess_exec("sleep", ["30"]).await?);
    p.kill()?;
    let codes = gather([waiting(&p), waiting(&p)]).await?;
    println!("killed {} {}", codes.repr(), p.returncode().repr());

    if let Err(e) = create_subprocess_exec("/no/such/program", [""; 0]).await {
        println!("{} {}", type_name(&e), errno(&e).repr());
    }

    let size = 1 << 20;
    let p = cat().await?;
    let (out, err) = p.communicate(Some(&vec![b'x'; size])).await?;
    println!("large both ways {} {}", out.map_or(0, |out| out.len()), err.map(Bytes).repr());

    let p = create_subprocess_exec("true", [""; 0]).stdin(PIPE).await?;
    p.wait().await?;
    let outputs = p.communicate(Some(&vec![b'y'; size])).await?;
    println!("write to who is gone {} {}", shown(outputs), p.returncode().repr());

    let mut ps = Vec::new();
    for i in 0..4 {
        ps.push(Rc::new(create_subprocess_exec("sh", ["-c", &format!("exit {i}")]).await?));
    }
    println!("codes {}", gather(ps.iter().map(waiting)).await?.repr());
    let p = create_subprocess_exec("sh", ["-c", "echo $V; pwd"])
        .stdout(PIPE)
        .env([("V", "given")])
        .cwd("/")
        .await?;
    println!("{}", shown(p.communicate(None).await?));
    Ok(())
}

pub(crate) fn run() {
    run_main(main());
}
