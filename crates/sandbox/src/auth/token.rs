//! Tokens: what a bearer shows, who holds which, and until when.
//!
//! A service account's token has the form of a JWT, with the claims of the real server's. Its signature is no signature: the sandbox
//! keeps what it has handed out, and takes nothing else.
//!
//! Source: `pkg/serviceaccount/claims.go` of Kubernetes.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kubewire::Now;
use serde_json::{Value, json};

use super::quoted;
use super::user::{User, account_name};
use crate::object::{meta, put};
use crate::random::Random;
use crate::server::Server;

/// Who hands tokens out, and whom they are for.
pub(crate) const ISSUER: &str = "https://kubernetes.default.svc";
/// The longest that a token may last, in seconds.
pub(crate) const LONGEST: i64 = 1 << 32;
/// So long after its end a token is still taken, and after an account is marked as deleted those of it, in milliseconds: clocks differ.
const LEEWAY: u64 = 60_000;
/// From so many on, those whose time is over are thrown away.
const MANY: usize = 10_000;

/// What a token stands for.
#[derive(Clone, Debug)]
pub(crate) enum Credential {
    /// A user by name. The token does not end.
    User(User),
    /// A service account.
    Account(Account),
}

/// What a service account's token says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Account {
    pub(crate) namespace: String,
    pub(crate) name: String,
    pub(crate) uid: String,
    pub(crate) audiences: Vec<String>,
    /// In seconds since 1970.
    pub(crate) issued: u64,
    pub(crate) expires: u64,
    /// Kind, name and uid of the objects without which the token is worth nothing; the first is the one that it is bound to.
    pub(crate) bound: Vec<(&'static str, String, String)>,
}

/// Who is behind a token, and for whom it is meant.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) user: User,
    pub(crate) audiences: Vec<String>,
}

/// All that was handed out.
#[derive(Clone, Debug)]
pub(crate) struct Tokens {
    random: Random,
    /// What tokens say to be signed with.
    key: String,
    /// Each with its id, which an opaque one does not have.
    held: BTreeMap<String, (String, Credential)>,
}

impl Tokens {
    pub(crate) fn new(mut random: Random) -> Self {
        let key = bytes(&mut random, 4);
        Self { random, key, held: BTreeMap::new() }
    }

    /// Hands out an opaque token.
    pub(crate) fn of_user(&mut self, user: User) -> String {
        let token = format!("sandbox-{:016x}{:016x}", self.random.next(), self.random.next());
        self.held.insert(token.clone(), (String::new(), Credential::User(user)));
        token
    }

    /// Hands out a service account's token.
    pub(crate) fn of_account(&mut self, account: Account) -> String {
        if self.held.len() >= MANY {
            let now = account.issued;
            self.held.retain(|_, (_, one)| !matches!(one, Credential::Account(one) if one.expires < now));
        }
        let id = self.random.uid();
        let head = json!({"alg": "ES256", "kid": self.key});
        let signature = bytes(&mut self.random, 8);
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let token = format!("{}.{}.{signature}", part(&head), part(&account.claims(&id)));
        self.held.insert(token.clone(), (id, Credential::Account(account)));
        token
    }

    fn get(&self, token: &str) -> Option<&(String, Credential)> {
        self.held.get(token)
    }
}

/// So many words of random bytes, as base64.
fn bytes(random: &mut Random, words: usize) -> String {
    let bytes: Vec<u8> = (0..words).flat_map(|_| random.next().to_be_bytes()).collect();
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Account {
    fn claims(&self, id: &str) -> Value {
        let mut kubernetes = json!({
            "namespace": self.namespace,
            "serviceaccount": {"name": self.name, "uid": self.uid},
        });
        for (kind, name, uid) in &self.bound {
            let mut reference = json!({"name": name});
            if !uid.is_empty() {
                put(&mut reference, "uid", uid.as_str());
            }
            put(&mut kubernetes, &kind.to_lowercase(), reference);
        }
        json!({
            "aud": self.audiences,
            "exp": self.expires,
            "iat": self.issued,
            "iss": ISSUER,
            "jti": id,
            "kubernetes.io": kubernetes,
            "nbf": self.issued,
            "sub": account_name(&self.namespace, &self.name),
        })
    }
}

/// Finds out who is behind a token that is meant for one of `audiences`.
///
/// # Errors
/// Why it is not taken, as a TokenReview tells.
pub(crate) fn authenticate(
    server: &Server,
    now: Now,
    token: &str,
    audiences: &[String],
) -> Result<Known, String> {
    const UNKNOWN: &str = "invalid bearer token";
    let served = |own: &[String]| -> Vec<String> {
        audiences.iter().filter(|one| own.contains(one)).cloned().collect()
    };
    let (id, account) = match server.auth.tokens.get(token) {
        None => return Err(UNKNOWN.into()),
        Some((_, Credential::User(user))) => {
            let audiences = served(&[ISSUER.to_owned()]);
            if audiences.is_empty() {
                return Err(UNKNOWN.into());
            }
            return Ok(Known { user: user.clone(), audiences });
        }
        Some((id, Credential::Account(account))) => (id, account),
    };
    let refused = |why: String| format!("[{UNKNOWN}, {why}]");
    let common = served(&account.audiences);
    if common.is_empty() {
        let (own, wanted) = (quoted(&account.audiences), quoted(audiences));
        return Err(refused(format!("token audiences {own} is invalid for the target audiences {wanted}")));
    }
    valid(server, now, account).map_err(refused)?;
    let mut user = User::account(&account.namespace, &account.name, &account.uid);
    let mut extra = |name: &str, value: &str| {
        user.extra.insert(format!("authentication.kubernetes.io/{name}"), vec![value.to_owned()]);
    };
    extra("credential-id", &format!("JTI={id}"));
    for (kind, name, uid) in &account.bound {
        if matches!(*kind, "Pod" | "Node") {
            let kind = kind.to_lowercase();
            extra(&format!("{kind}-name"), name);
            if !uid.is_empty() {
                extra(&format!("{kind}-uid"), uid);
            }
        }
    }
    Ok(Known { user, audiences: common })
}

/// Its time is not over, and what it depends on is there.
fn valid(server: &Server, now: Now, token: &Account) -> Result<(), String> {
    if now.wall.saturating_sub(LEEWAY) / 1000 > token.expires {
        return Err("service account token has expired".into());
    }
    let (namespace, name) = (token.namespace.as_str(), token.name.as_str());
    let missing = || format!("serviceaccounts {} not found", crate::object::quote(name));
    let account = server.object("ServiceAccount", namespace, name).ok_or_else(missing)?;
    let uid = meta(account, "uid");
    if uid != token.uid {
        return Err(format!("service account UID ({uid}) does not match claim ({})", token.uid));
    }
    if is_deleted(account, now) {
        return Err(format!("service account {namespace}/{name} has been deleted"));
    }
    let Some((kind, name, wanted)) = token.bound.first() else { return Ok(()) };
    let invalidated = || "service account token has been invalidated".to_owned();
    let namespace = if *kind == "Node" { "" } else { namespace };
    let object = server.object(kind, namespace, name).ok_or_else(invalidated)?;
    let uid = meta(object, "uid");
    if uid != wanted {
        let kind = kind.to_lowercase();
        return Err(format!("{kind} UID ({uid}) does not match service account {kind} ref claim ({wanted})"));
    }
    if is_deleted(object, now) { Err(invalidated()) } else { Ok(()) }
}

/// Marked as deleted, and that for longer than clocks may differ.
fn is_deleted(object: &Value, now: Now) -> bool {
    let mut before = now;
    before.wall = now.wall.saturating_sub(LEEWAY);
    let marked = meta(object, "deletionTimestamp");
    let before = crate::object::timestamp(before);
    // Both are in UTC and of one form, so they sort as texts.
    !marked.is_empty() && before.as_str().is_some_and(|before| marked < before)
}
