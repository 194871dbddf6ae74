//! A host that speaks TLS, and HTTP in both versions: the runtime's own server on a thread.

use std::net::SocketAddr;
use std::sync::mpsc::channel;
use std::thread;

use fourfold::asyncio;
use fourfold::http::{Body, Request, Server};
use fourfold::net::TcpListener;
use fourfold::tls::Acceptor;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

/// What the host answers to a request in HTTP/1.1, and in HTTP/2.
pub(crate) const BY_HTTP1: u16 = 200;
pub(crate) const BY_HTTP2: u16 = 202;

/// An authority of the test's own.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(crate) fn new() -> Authority {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Authority(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// What a client needs to trust it.
    pub(crate) fn pem(&self) -> String {
        self.0.pem()
    }

    /// A host whose certificate this authority signed for `name`.
    pub(crate) fn host(&self, name: &str) -> SocketAddr {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new([name.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        host(certificate.der().to_vec(), key.serialize_der())
    }
}

/// A host whose certificate for `name` nobody but itself signed.
pub(crate) fn self_signed(name: &str) -> SocketAddr {
    let made = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
    host(made.cert.der().to_vec(), made.signing_key.serialize_der())
}

fn host(certificate: Vec<u8>, key: Vec<u8>) -> SocketAddr {
    let acceptor = Acceptor::from_der(vec![certificate], key).unwrap();
    let (bound, address) = channel();
    thread::spawn(move || {
        let serving = asyncio::run(async move {
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            bound.send(listener.local_addr()?).expect("the test waits for it");
            Server::new(answer).tls(acceptor).serve(listener).await
        });
        serving.unwrap();
    });
    address.recv().unwrap()
}

async fn answer(request: Request) -> fourfold::Result<http::Response<Body>> {
    let mut response = http::Response::new(Body::empty());
    let http2 = request.version() == http::Version::HTTP_2;
    let status = if http2 { BY_HTTP2 } else { BY_HTTP1 };
    *response.status_mut() = http::StatusCode::from_u16(status).expect("both are statuses");
    Ok(response)
}
