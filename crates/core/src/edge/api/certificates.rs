//! Requests for certificates, and who says yes to them.

use serde::Serialize;
use serde_json::json;

use super::Api;
use crate::call::{PatchType, Verb};
use crate::edge::{Object, Op};

const REQUESTS: (&str, &str) = ("certificates.k8s.io", "certificatesigningrequests");

/// A Rust type that stands for certificate signing requests: its [`Api`] approves and denies them.
///
/// [`Object`] and k8s-openapi's `CertificateSigningRequest` have it. Implement it for a struct of your own beside [`Kind`](crate::Kind).
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not stand for certificate signing requests",
    label = "only they are approved and denied"
)]
pub trait CertificateSigningRequestKind {}

impl CertificateSigningRequestKind for Object {}
#[cfg(feature = "k8s-openapi")]
impl CertificateSigningRequestKind for k8s_openapi::api::certificates::v1::CertificateSigningRequest {}

/// Of certificate signing requests alone. See
/// [approval](https://kubernetes.io/docs/reference/access-authn-authz/certificate-signing-requests/#approval-rejection).
///
/// ```
/// use kubewire::{Api, Builtin, Catalog, Object};
/// let requests = Api::<Object>::dynamic(Builtin.find(None, "csr").unwrap());
/// let call = requests.approve("robot", "Known", "it is one of ours").field_manager("gate").call()?;
/// assert_eq!(call.target(),
///     "/apis/certificates.k8s.io/v1/certificatesigningrequests/robot/approval?fieldManager=gate");
/// # Ok::<(), kubewire::Error>(())
/// ```
impl<K: CertificateSigningRequestKind> Api<K> {
    /// Approves a request: `kubectl certificate approve`. `reason` is one word for programs, `message` a sentence for people.
    ///
    /// It is a server-side apply of the condition `Approved` by the manager `kubewire`, or by whom [`Op::field_manager`] says, so that
    /// other conditions stay. A request that was denied before is refused (422).
    pub fn approve(&self, name: &str, reason: &str, message: &str) -> Op<K> {
        self.decide(name, "Approved", reason, message)
    }

    /// Denies a request, as [`Api::approve`] approves one.
    pub fn deny(&self, name: &str, reason: &str, message: &str) -> Op<K> {
        self.decide(name, "Denied", reason, message)
    }

    /// The request with its conditions as a whole.
    pub fn replace_approval(&self, name: &str, request: &impl Serialize) -> Op<K> {
        self.only(REQUESTS, Verb::Replace, name, "approval").body(self.json(request))
    }

    fn decide(&self, name: &str, word: &str, reason: &str, message: &str) -> Op<K> {
        let condition = json!({"type": word, "status": "True", "reason": reason, "message": message});
        let request = json!({"metadata": {"name": name}, "status": {"conditions": [condition]}});
        let op = self.only(REQUESTS, Verb::Patch, name, "approval").patch_type(PatchType::Apply);
        op.field_manager("kubewire").body(self.json(&request))
    }
}
