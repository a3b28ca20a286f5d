//! A service account's mount.

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

impl Mount {
    pub(crate) fn new(token: String, namespace: &str) -> Self {
        Self { token, ca: CA.to_owned(), namespace: namespace.to_owned() }
    }
}
