//! Who asks.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// Whose members may do everything, whatever the rules say.
pub(crate) const MASTERS: &str = "system:masters";
pub(crate) const AUTHENTICATED: &str = "system:authenticated";
pub(crate) const UNAUTHENTICATED: &str = "system:unauthenticated";
pub(crate) const ANONYMOUS: &str = "system:anonymous";

const ACCOUNT: &str = "system:serviceaccount:";
const ACCOUNTS: &str = "system:serviceaccounts";

/// A user, as authentication or impersonation makes one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct User {
    pub(crate) name: String,
    pub(crate) uid: String,
    pub(crate) groups: Vec<String>,
    pub(crate) extra: BTreeMap<String, Vec<String>>,
}

impl User {
    /// Whoever shows no token.
    pub(crate) fn anonymous() -> Self {
        Self { name: ANONYMOUS.into(), groups: vec![UNAUTHENTICATED.into()], ..Self::default() }
    }

    /// Someone who has shown a token.
    pub(crate) fn named(name: &str, uid: &str, groups: &[&str]) -> Self {
        let mut groups: Vec<String> = groups.iter().map(|&group| group.to_owned()).collect();
        groups.push(AUTHENTICATED.into());
        Self { name: name.into(), uid: uid.into(), groups, ..Self::default() }
    }

    /// A service account.
    pub(crate) fn account(namespace: &str, name: &str, uid: &str) -> Self {
        let mut groups = account_groups(namespace);
        groups.push(AUTHENTICATED.into());
        Self { name: account_name(namespace, name), uid: uid.into(), groups, ..Self::default() }
    }

    pub(crate) fn is_in(&self, group: &str) -> bool {
        self.groups.iter().any(|own| own == group)
    }

    /// `UserInfo`, in which what is empty is left out.
    pub(crate) fn info(&self) -> Value {
        let mut info = Map::new();
        for (field, text) in [("username", &self.name), ("uid", &self.uid)] {
            if !text.is_empty() {
                info.insert(field.into(), text.as_str().into());
            }
        }
        if !self.groups.is_empty() {
            info.insert("groups".into(), json!(self.groups));
        }
        if !self.extra.is_empty() {
            info.insert("extra".into(), json!(self.extra));
        }
        info.into()
    }
}

/// The groups of the service accounts of a namespace.
pub(crate) fn account_groups(namespace: &str) -> Vec<String> {
    vec![ACCOUNTS.into(), format!("{ACCOUNTS}:{namespace}")]
}

/// The user that a service account is.
pub(crate) fn account_name(namespace: &str, name: &str) -> String {
    format!("{ACCOUNT}{namespace}:{name}")
}

/// Namespace and name of a service account, where a user's name is that of one.
pub(crate) fn split_account(user: &str) -> Option<(&str, &str)> {
    let (namespace, name) = user.strip_prefix(ACCOUNT)?.split_once(':')?;
    (is_label(namespace) && is_subdomain(name)).then_some((namespace, name))
}

/// A DNS label (RFC 1123).
fn is_label(text: &str) -> bool {
    text.len() <= 63 && is_word(text)
}

/// A DNS subdomain (RFC 1123); apimachinery does not measure its labels.
pub(crate) fn is_subdomain(text: &str) -> bool {
    text.len() <= 253 && text.split('.').all(is_word)
}

fn is_word(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !text.is_empty() && text.bytes().all(inner) && !text.starts_with('-') && !text.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_told_from_others() {
        for (user, wanted) in [
            ("system:serviceaccount:shop:till", Some(("shop", "till"))),
            ("system:serviceaccount:shop:a.b", Some(("shop", "a.b"))),
            ("system:serviceaccount:shop:", None),
            ("system:serviceaccount:s.p:till", None),
            ("system:serviceaccount:a:b:c", None),
            ("bob", None),
        ] {
            assert_eq!(split_account(user), wanted, "{user}");
        }
    }
}
