//! Subprocesses. Expected values are CPython 3.13's.
#![cfg(unix)]

use std::io::ErrorKind;
use std::rc::Rc;
use std::time::Duration;

use fourfold::asyncio::{
    self, DEVNULL, PIPE, Process, STDOUT, create_subprocess_exec, create_subprocess_shell,
};
use fourfold::{Error, Result};

fn kind(error: &Error) -> Option<ErrorKind> {
    error.downcast_ref::<std::io::Error>().map(std::io::Error::kind)
}

async fn sleeper() -> Result<Rc<Process>> {
    Ok(Rc::new(create_subprocess_exec("sleep", ["30"]).stdout(DEVNULL).await?))
}

#[test]
fn py_26_both_outputs_and_the_code() {
    asyncio::run(async {
        let script = ["-c", "echo out; echo err >&2; exit 3"];
        let p = create_subprocess_exec("sh", script).stdout(PIPE).stderr(PIPE).await?;
        assert!(p.pid() > 0);
        let (out, err) = p.communicate(None).await?;
        assert_eq!((out.unwrap(), err.unwrap()), (b"out\n".to_vec(), b"err\n".to_vec()));
        assert_eq!(p.returncode(), Some(3));
        Ok(())
    })
    .unwrap();
}

#[test]
fn py_26_a_conversation_through_both_pipes() {
    asyncio::run(async {
        let p = create_subprocess_exec("cat", [""; 0]).stdin(PIPE).stdout(PIPE).await?;
        let (stdin, stdout) = (p.stdin.clone().unwrap(), p.stdout.clone().unwrap());
        for line in [b"one\n", b"two\n"] {
            stdin.write(line);
            stdin.drain().await?;
            assert_eq!(stdout.readline().await?, line);
        }
        stdin.close();
        assert_eq!(stdout.read_to_end().await?, b"");
        assert_eq!(p.wait().await?, 0);
        stdin.wait_closed().await
    })
    .unwrap();
}

#[test]
fn py_26_the_shell_and_both_outputs_in_one_pipe() {
    asyncio::run(async {
        let script = "echo $((6*7)); echo e >&2";
        let p = create_subprocess_shell(script).stdout(PIPE).stderr(STDOUT).await?;
        assert_eq!(p.communicate(None).await?, (Some(b"42\ne\n".to_vec()), None));
        Ok(())
    })
    .unwrap();
}

#[test]
fn py_26_terminate_kill_and_the_process_that_is_gone() {
    asyncio::run(async {
        let p = sleeper().await?;
        assert_eq!(p.returncode(), None);
        p.terminate()?;
        assert_eq!(p.wait().await?, -15);
        let gone = p.kill().unwrap_err();
        let code = gone.downcast_ref::<std::io::Error>().unwrap().raw_os_error();
        assert_eq!(code, Some(3), "ProcessLookupError is ESRCH");

        let p = sleeper().await?;
        p.kill()?;
        let waits =
            [p.clone(), p.clone()].map(|p| asyncio::create_task(async move { p.wait().await }));
        for wait in waits {
            assert_eq!(wait.await?, -9);
        }
        assert_eq!(p.returncode(), Some(-9));
        Ok(())
    })
    .unwrap();
}

#[test]
fn py_26_a_wait_that_is_cancelled_leaves_the_process_running() {
    asyncio::run(async {
        let p = sleeper().await?;
        let waits = p.clone();
        let wait = asyncio::create_task(async move { waits.wait().await });
        asyncio::sleep(Duration::from_millis(5)).await?;
        wait.cancel();
        assert!(wait.await.unwrap_err().is_cancelled());
        assert_eq!(p.returncode(), None);
        p.kill()?;
        assert_eq!(p.wait().await?, -9);
        Ok(())
    })
    .unwrap();
}

#[test]
fn py_26_a_program_that_is_not_there() {
    let missing = asyncio::run(async {
        create_subprocess_exec("/no/such/program", [""; 0]).await.map(|_| ())
    });
    assert_eq!(kind(&missing.unwrap_err()), Some(ErrorKind::NotFound));
}

#[test]
fn py_26_a_mebibyte_both_ways_and_an_input_nobody_reads() {
    const SIZE: usize = 1 << 20;
    asyncio::run(async {
        let p = create_subprocess_exec("cat", [""; 0]).stdin(PIPE).stdout(PIPE).await?;
        let (out, err) = p.communicate(Some(&vec![b'x'; SIZE])).await?;
        assert_eq!((out.unwrap().len(), err), (SIZE, None));

        let p = create_subprocess_exec("true", [""; 0]).stdin(PIPE).await?;
        p.wait().await?;
        assert_eq!(p.communicate(Some(&vec![b'y'; SIZE])).await?, (None, None));
        assert_eq!(p.returncode(), Some(0));
        Ok(())
    })
    .unwrap();
}

#[test]
fn py_26_many_at_once_and_none_is_left_as_a_zombie() {
    asyncio::run(async {
        let mut started = Vec::new();
        for code in 0..40 {
            started.push(create_subprocess_exec("sh", ["-c", &format!("exit {code}")]).await?);
        }
        for (code, process) in started.iter().enumerate() {
            assert_eq!(process.wait().await?, code as i32);
        }
        for process in &started {
            // A zombie would still have its entry.
            assert!(!std::fs::exists(format!("/proc/{}", process.pid()))?);
        }
        Ok(())
    })
    .unwrap();
}

#[test]
fn py_26_one_that_nobody_waits_for_is_reaped_and_one_that_outlives_the_loop_is_killed() {
    let left = asyncio::run(async {
        let unwaited = create_subprocess_exec("true", [""; 0]).await?.pid();
        while std::fs::exists(format!("/proc/{unwaited}"))? {
            asyncio::sleep(Duration::from_millis(1)).await?;
        }
        Ok(create_subprocess_exec("sleep", ["30"]).await?.pid())
    })
    .unwrap();
    assert!(!std::fs::exists(format!("/proc/{left}")).unwrap());
}

#[test]
fn py_26_environment_and_directory_are_given() {
    asyncio::run(async {
        let p = create_subprocess_exec("/bin/sh", ["-c", "echo $V; pwd"])
            .stdout(PIPE)
            .env([("V", "given")])
            .cwd("/")
            .await?;
        assert_eq!(p.communicate(None).await?, (Some(b"given\n/\n".to_vec()), None));
        Ok(())
    })
    .unwrap();
}
