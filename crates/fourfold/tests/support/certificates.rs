//! Certificates made for one test.
#![allow(dead_code, unreachable_pub, reason = "each test file takes what it needs")]

use std::sync::atomic::{AtomicU32, Ordering};

use fourfold::tls::{Acceptor, Connector};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};

/// An authority of the test's own.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub fn new() -> Authority {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        // Two authorities of one name would pass for one that signed badly.
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("authority {}", COUNT.fetch_add(1, Ordering::Relaxed));
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Authority(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// A server whose certificate this authority signed for these names.
    pub fn server(&self, names: &[&str]) -> Acceptor {
        self.server_with(names, |_| ())
    }

    /// The same, with a change to the certificate.
    pub fn server_with(
        &self,
        names: &[&str],
        change: impl FnOnce(&mut CertificateParams),
    ) -> Acceptor {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        Acceptor::from_pem(certificate.pem().as_bytes(), key.serialize_pem().as_bytes()).unwrap()
    }

    /// A client that trusts it.
    pub fn client(&self) -> Connector {
        Connector::builder().trust_pem(self.0.pem().as_bytes()).unwrap().build().unwrap()
    }
}

/// A server whose certificate nobody but itself signed.
pub fn self_signed(name: &str) -> Acceptor {
    let made = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
    Acceptor::from_der(vec![made.cert.der().to_vec()], made.signing_key.serialize_der()).unwrap()
}
