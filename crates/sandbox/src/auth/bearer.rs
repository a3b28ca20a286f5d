//! The bearer of a request.
//!
//! Source: `authentication/request/bearertoken` in `k8s.io/apiserver`.

use http::{HeaderMap, header};
use kubewire::Now;

use super::token::{self, ISSUER};
use super::user::User;
use crate::server::Server;
use crate::wire::{Problem, Refusal};

/// Who sends a request with such headers.
///
/// # Errors
/// 401 for a token that is not, or no longer, good.
pub(crate) fn authenticate(server: &Server, now: Now, headers: &HeaderMap) -> Result<User, Refusal> {
    let value = headers.get(header::AUTHORIZATION).map(|value| String::from_utf8_lossy(value.as_bytes()));
    let mut parts = value.as_deref().unwrap_or_default().trim().splitn(3, ' ');
    let scheme = parts.next().unwrap_or_default();
    let token = parts.next().filter(|token| !token.is_empty());
    // Who shows something else shows nothing.
    let Some(token) = token.filter(|_| scheme.eq_ignore_ascii_case("bearer")) else {
        return Ok(User::anonymous());
    };
    match token::authenticate(server, now, token, &[ISSUER.to_owned()]) {
        Ok(known) => Ok(known.user),
        Err(_) => Err(Problem::unauthorized().into()),
    }
}
