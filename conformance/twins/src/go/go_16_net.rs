//! Connections: echo, deadlines, closing.

use std::io::{self, Read, Write};
use std::time::Duration;

use fourfold::go::{self, chan, go, net, time};

fn nil<T>(result: &io::Result<T>) -> String {
    result.as_ref().err().map_or_else(|| "<nil>".into(), ToString::to_string)
}

pub(crate) fn run() {
    let failure: io::Result<()> = go::run(|| {
        let listened = net::listen("127.0.0.1:0");
        println!("{}", nil(&listened));
        let listener = listened?;
        let address = listener.addr()?;
        let accepting = listener.clone();
        drop(go(move || -> io::Result<()> {
            let conn = accepting.accept()?;
            io::copy(&mut (&conn), &mut (&conn))?;
            conn.close()
        }));
        let dialled = net::dial(address);
        println!("{}", nil(&dialled));
        let conn = dialled?;
        (&conn).write_all(b"hello")?;
        let mut answer = [0; 5];
        (&conn).read_exact(&mut answer)?;
        println!("{}", String::from_utf8_lossy(&answer));

        conn.set_read_deadline(Some(time::now().add(Duration::from_millis(5))));
        let late = (&conn).read(&mut answer).expect_err("nothing was sent");
        println!("{} {}", net::is_timeout(&late), late.to_string().ends_with("i/o timeout"));
        let late = (&conn).read(&mut answer).expect_err("the deadline has passed");
        println!("still {}", net::is_timeout(&late));
        conn.set_read_deadline(None);
        (&conn).write_all(b"again")?;
        (&conn).read_exact(&mut answer)?;
        println!("{}", String::from_utf8_lossy(&answer));

        let failed = chan::make::<io::Error>(0);
        let (reading, tell) = (conn.clone(), failed.clone());
        drop(go(move || {
            tell.send((&reading).read(&mut [0; 5]).expect_err("nothing was sent"));
        }));
        let (accepting, tell) = (listener.clone(), failed.clone());
        drop(go(move || tell.send(accepting.accept().expect_err("nobody dials"))));
        time::sleep(Duration::from_millis(5));
        conn.close()?;
        listener.close()?;
        for error in failed.iter().take(2) {
            let text = error.to_string();
            let text = text.ends_with("use of closed network connection");
            println!("{} {text}", net::is_closed(&error));
        }
        let written = (&conn).write(&answer).expect_err("it is closed");
        println!("{}", net::is_closed(&written));
        Ok(())
    });
    if let Err(error) = failure {
        println!("{error}");
    }
}
