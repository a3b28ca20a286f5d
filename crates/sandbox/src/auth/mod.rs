//! Who asks, and who may.

mod attributes;
mod bearer;
mod forbid;
mod impersonate;
pub(crate) mod rbac;
mod token;
mod user;

use std::collections::BTreeMap;

use impersonate::Mode;

use crate::object::quote;
use crate::random::Random;

pub(crate) use attributes::Attributes;
pub(crate) use bearer::authenticate;
pub(crate) use forbid::allow;
pub(crate) use impersonate::impersonate;
pub(crate) use token::{Account, ISSUER, LONGEST, Tokens, authenticate as authenticate_token};
pub(crate) use user::{MASTERS, User, account_name};

/// What is known of who may.
#[derive(Clone, Debug)]
pub(crate) struct Auth {
    pub(crate) tokens: Tokens,
    /// The administrator's token.
    pub(crate) admin: String,
    /// Without it everyone may do everything.
    pub(crate) rbac: bool,
    /// How each user last impersonated somebody.
    modes: BTreeMap<String, Mode>,
}

impl Auth {
    /// Dice of its own keep what else the seed decides as it is.
    pub(crate) fn new(seed: u64, rbac: bool) -> Self {
        let mut tokens = Tokens::new(Random::new(seed ^ 0x7265_6172_6572_5f00));
        let admin = tokens.of_user(User::named("admin", "admin", &[MASTERS]));
        Self { tokens, admin, rbac, modes: BTreeMap::new() }
    }
}

/// Go's `%q` of texts.
pub(crate) fn quoted(texts: &[String]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| quote(text)).collect();
    format!("[{}]", texts.join(" "))
}
