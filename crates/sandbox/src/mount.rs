//! Service accounts' tokens and mounts.

use std::collections::BTreeMap;

/// What a pod finds below `/var/run/secrets/kubernetes.io/serviceaccount`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Mount {
    /// The file `token`.
    pub token: String,
    /// The file `ca.crt`. A listener's own authority; the sandbox alone has no TLS, and gives a placeholder that
    /// reads as a certificate and trusts nobody.
    pub ca: String,
    /// The file `namespace`.
    pub namespace: String,
}

/// A certificate in form alone.
pub(crate) const CA: &str = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";

/// Who holds which token.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tokens(BTreeMap<String, String>);

impl Tokens {
    /// Hands a token out. It is opaque: nothing can be read from it.
    pub(crate) fn issue(&mut self, number: u64, namespace: &str, account: &str) -> Mount {
        let token = format!("sandbox-{number:016x}");
        self.0.insert(token.clone(), format!("system:serviceaccount:{namespace}:{account}"));
        Mount { token, ca: CA.to_owned(), namespace: namespace.to_owned() }
    }

    pub(crate) fn knows(&self, token: &str) -> bool {
        self.0.contains_key(token)
    }
}
