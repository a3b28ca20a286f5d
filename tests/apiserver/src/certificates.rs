//! The server's certificate authority and serving pair, and the key that signs service account tokens.
//!
//! Our own, and not the pair that `kube-apiserver` would make for itself, since only so does a mounted `ca.crt` hold what
//! it holds in a real cluster: the authority alone, without the leaf.

use crate::{Error, Result};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use ring::rand::{SecureRandom, SystemRandom};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// The names by which a server is called from within a cluster, and the two addresses it has in a test.
const NAMES: [&str; 6] =
    ["kubernetes", "kubernetes.default", "kubernetes.default.svc", "localhost", "127.0.0.1", "10.0.0.1"];

/// The files of one serving certificate.
#[derive(Clone, Debug)]
pub(crate) struct Serving {
    pub(crate) ca: PathBuf,
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
}

impl Serving {
    /// A new authority and a new pair signed by it, written to `dir` in place of what was there.
    pub(crate) fn create(dir: &Path) -> Result<Self> {
        let serving = Self {
            ca: dir.join("ca.crt"),
            certificate: dir.join("serving.crt"),
            key: dir.join("serving.key"),
        };
        let authority = authority()?;
        let key = KeyPair::generate().map_err(Error::certificate)?;
        let mut leaf = CertificateParams::new(NAMES.map(String::from)).map_err(Error::certificate)?;
        leaf.distinguished_name.push(DnType::CommonName, "kube-apiserver");
        leaf.extended_key_usages.push(ExtendedKeyUsagePurpose::ServerAuth);
        leaf.use_authority_key_identifier_extension = true;
        let leaf = leaf.signed_by(&key, &authority.issuer).map_err(Error::certificate)?;
        write(&serving.ca, &authority.pem)?;
        write(&serving.certificate, &leaf.pem())?;
        write(&serving.key, &key.serialize_pem())?;
        Ok(serving)
    }
}

struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

fn authority() -> Result<Authority> {
    let key = KeyPair::generate().map_err(Error::certificate)?;
    let mut params = CertificateParams::default();
    // Two authorities of one name would be a trap of its own: a verifier picks the wrong one and speaks of a bad signature.
    params.distinguished_name.push(DnType::CommonName, format!("kubewire test authority {}", random_hex()?));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let pem = params.self_signed(&key).map_err(Error::certificate)?.pem();
    Ok(Authority { issuer: Issuer::new(params, key), pem })
}

/// Writes the pair that signs and checks service account tokens, and gives the paths: private, public.
pub(crate) fn service_account_key(dir: &Path) -> Result<(PathBuf, PathBuf)> {
    let (private, public) = (dir.join("sa.key"), dir.join("sa.pub"));
    let key = KeyPair::generate().map_err(Error::certificate)?;
    write(&private, &key.serialize_pem())?;
    write(&public, &key.public_key_pem())?;
    Ok((private, public))
}

/// 128 random bits, for tokens and for names that may not be met twice.
pub(crate) fn random_hex() -> Result<String> {
    let mut bytes = [0_u8; 16];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| Error::failed("the system has no random numbers to give"))?;
    Ok(hex(&bytes))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).map_err(|cause| Error::file("write", path, cause))
}
