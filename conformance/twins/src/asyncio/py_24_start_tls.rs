//! `start_tls`: a plain stream becomes an encrypted one in the middle of a conversation.

use fourfold::Result;
use fourfold::asyncio::{self, Queue, StreamReader, StreamWriter, Tls};
use fourfold::tls::{Acceptor, Connector, TlsError};

use super::python::{BytesRepr, Repr, run_main};

/// The original's key, for tests only; it guards nothing.
const PEM: &str = "\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg5ModA9VVzv5esYH4
9D91KT3qn8gciumBh0/H94fgbdKhRANCAASUgFAq1SPN3xa1Uosmv2n3q9qVFpNH
cOCDhK9pOXcYsyFs3CPW21diDl2aQoYVzogD5EJN/siEn+MInhEV12hD
-----END PRIVATE KEY-----
-----BEGIN CERTIFICATE-----
MIIBkzCCATigAwIBAgIUELcsckCNsyopTpL9LNAiJgKOkBkwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTAzMDM1OFoYDzIxMjYxMDI4
MDMwMzU4WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAASUgFAq1SPN3xa1Uosmv2n3q9qVFpNHcOCDhK9pOXcYsyFs3CPW21di
Dl2aQoYVzogD5EJN/siEn+MInhEV12hDo2YwZDAdBgNVHQ4EFgQUwciyoqrh/hni
mLdC86xK+WP+3fwwHwYDVR0jBBgwFoAUwciyoqrh/hnimLdC86xK+WP+3fwwFAYD
VR0RBA0wC4IJbG9jYWxob3N0MAwGA1UdEwEB/wQCMAAwCgYIKoZIzj0EAwIDSQAw
RgIhAJ4/mj8na1OZOG/MG6/qEQQRMIn1kkG3FZUTs/xtvCc4AiEAgUMH+GHvwmFO
Za6Jc+KlozFPKVRnZN+hDjHskG4o3wY=
-----END CERTIFICATE-----
";

/// Who says it, and what.
type Outcome = Queue<(&'static str, Option<Vec<u8>>)>;

async fn serve(
    server_side: Acceptor,
    outcome: Outcome,
    reader: StreamReader,
    writer: StreamWriter,
) -> Result<()> {
    let conversation = async {
        outcome.put_nowait(("server plain", Some(reader.readline().await?)))?;
        writer.write(b"go ahead\n");
        writer.drain().await?;
        writer.start_tls(&server_side).await?;
        outcome.put_nowait(("server secret", Some(reader.readline().await?)))?;
        writer.write(b"secret answer\n");
        writer.drain().await?;
        writer.close();
        Ok::<_, fourfold::Error>(())
    };
    match conversation.await {
        Err(e) if e.is::<TlsError>() || e.is::<std::io::Error>() => {
            outcome.put_nowait(("server handshake failed", None))?;
            writer.close();
            Ok(())
        }
        ended => ended,
    }
}

fn shown((who, line): (&str, Option<Vec<u8>>)) -> String {
    match line {
        Some(line) => format!("{who} {}", line.bytes_repr()),
        None => who.to_owned(),
    }
}

async fn connect(port: u16, outcome: &Outcome) -> Result<(StreamReader, StreamWriter)> {
    let (reader, writer) = asyncio::open_connection("127.0.0.1", port).await?;
    writer.write(b"STARTTLS\n");
    println!("{} {}", reader.readline().await?.bytes_repr(), shown(outcome.get().await?));
    Ok((reader, writer))
}

async fn main() -> Result<()> {
    let certificate = PEM.find("-----BEGIN CERT").expect("the key comes first");
    let server_side = Acceptor::from_pem(&PEM.as_bytes()[certificate..], PEM.as_bytes())?;
    let client_side = Connector::builder().trust_pem(&PEM.as_bytes()[certificate..])?.build()?;
    let outcome = Outcome::new(0);

    let told = outcome.clone();
    let serve = move |reader, writer| serve(server_side.clone(), told.clone(), reader, writer);
    let server = asyncio::start_server(serve, "127.0.0.1", 0).await?;
    let port = server.sockets()[0].port().expect("an Internet address");

    let (reader, writer) = connect(port, &outcome).await?;
    println!("encrypted {}", writer.tls_info().is_some().repr());
    writer.start_tls(Tls::from(&client_side).server_hostname("localhost")).await?;
    let (encrypted, can) = (writer.transport().is_encrypted(), writer.can_write_eof());
    println!("encrypted {} {}", encrypted.repr(), can.repr());
    writer.write(b"secret question\n");
    println!("{} {}", reader.readline().await?.bytes_repr(), shown(outcome.get().await?));
    println!("eof {} {}", reader.read_to_end().await?.bytes_repr(), reader.at_eof().repr());
    writer.close();

    let (_reader, writer) = connect(port, &outcome).await?;
    let wrong = Tls::from(&client_side).server_hostname("example.org");
    match writer.start_tls(wrong).await {
        Err(e) if e.downcast_ref::<TlsError>().is_some_and(|e| e.certificate().is_some()) => {
            println!("wrong name: SSLCertVerificationError");
        }
        ended => ended?,
    }
    println!("{}", shown(outcome.get().await?));
    writer.close();
    server.close();
    Ok(())
}

pub(crate) fn run() {
    run_main(main());
}
