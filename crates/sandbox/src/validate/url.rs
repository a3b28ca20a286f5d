//! What stands in a URL, as Go's `net/url` takes it apart.

use super::fault::Fault;
use super::part::Part;
use crate::object::quote;

/// The parts of a URL.
#[derive(Debug, Default, PartialEq, Eq)]
struct Url<'t> {
    scheme: String,
    user: Option<&'t str>,
    host: &'t str,
    query: &'t str,
    fragment: &'t str,
}

impl<'t> Url<'t> {
    /// Takes a URL apart.
    ///
    /// # Errors
    /// Why it is none.
    fn parse(text: &'t str) -> Result<Self, String> {
        let (whole, fragment) = text.split_once('#').unwrap_or((text, ""));
        let wrong = |why: &str| Err(format!("parse {}: {why}", quote(whole)));
        let (scheme, rest) = match scheme(whole) {
            Some((scheme, rest)) => (scheme.to_ascii_lowercase(), rest),
            None if whole.starts_with(':') => return wrong("missing protocol scheme"),
            None => (String::new(), whole),
        };
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let own = Self { scheme, query, fragment, ..Self::default() };
        let Some(rest) = rest.strip_prefix("//") else {
            let first = rest.split('/').next().unwrap_or_default();
            return match own.scheme.is_empty() && first.contains(':') {
                true => wrong("first path segment in URL cannot contain colon"),
                false => Ok(own),
            };
        };
        let authority = rest.split('/').next().unwrap_or_default();
        let (user, host) = match authority.rsplit_once('@') {
            Some((user, host)) => (Some(user), host),
            None => (None, authority),
        };
        // The colons of an address stand in brackets.
        let after = host.rsplit_once(']').map_or(host, |(_, after)| after);
        if let Some((_, port)) = after.rsplit_once(':')
            && !port.bytes().all(|byte| byte.is_ascii_digit())
        {
            return wrong(&format!("invalid port {} after host", quote(&format!(":{port}"))));
        }
        Ok(Self { user, host, ..own })
    }
}

/// The scheme before a colon, and what is behind that.
fn scheme(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = text.split_once(':')?;
    let mut bytes = scheme.bytes();
    let first = bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic());
    let others = bytes.all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    (first && others).then_some((scheme, rest))
}

/// Where a webhook is asked: over TLS, at a host and a path.
///
/// Source: `ValidateWebhookURL` in `k8s.io/apiserver/pkg/util/webhook`.
pub(super) fn judge(part: &Part<'_>, faults: &mut Vec<Fault>) {
    const FORM: &str = "desired format: https://host[/path]";
    let url = match Url::parse(part.text()) {
        Ok(url) => url,
        Err(why) => {
            faults.push(part.required(&format!("url must be a valid URL: {why}; {FORM}")));
            return;
        }
    };
    let mut tell = |text: &str, why: &str| faults.push(Fault::invalid(&part.path, text, why));
    if url.scheme != "https" {
        tell(&url.scheme, &format!("'https' is the only allowed URL scheme; {FORM}"));
    }
    if url.host.is_empty() {
        tell("", &format!("host must be specified; {FORM}"));
    }
    if let Some(user) = url.user {
        tell(user, "user information is not permitted in the URL");
    }
    if !url.fragment.is_empty() {
        tell(url.fragment, "fragments are not permitted in the URL");
    }
    if !url.query.is_empty() {
        tell(url.query, "query parameters are not permitted in the URL");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_taken_apart() {
        let parts = |scheme: &str, user, host, query, fragment| {
            Ok(Url { scheme: scheme.to_owned(), user, host, query, fragment })
        };
        for (text, wanted) in [
            ("HTTPS://a.b:1/c?d#e", parts("https", None, "a.b:1", "d", "e")),
            ("https://u:p@a.b", parts("https", Some("u:p"), "a.b", "", "")),
            ("https://[::1]:1/x", parts("https", None, "[::1]:1", "", "")),
            ("https://[::1]", parts("https", None, "[::1]", "", "")),
            ("localhost:8443/x", parts("localhost", None, "", "", "")),
            ("a/b:c", parts("", None, "", "", "")),
            ("", parts("", None, "", "", "")),
            (":", Err("parse \":\": missing protocol scheme".to_owned())),
            (
                "127.0.0.1:1",
                Err("parse \"127.0.0.1:1\": first path segment in URL cannot contain colon".into()),
            ),
            ("https://a:é#x", Err("parse \"https://a:é\": invalid port \":é\" after host".into())),
        ] {
            assert_eq!(Url::parse(text), wanted, "{text}");
        }
    }
}
