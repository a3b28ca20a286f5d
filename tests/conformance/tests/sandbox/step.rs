//! One request of a sequence, as data. What only one server knows stands in it as a symbol: `{rv:3}` is the version that the third step's
//! answer carried, `{uid:3}` its uid, `{cont:3}` its continue token, `{name:3}` its name, `{token:3}` the token that it gives, `{ns:a}` the sequence's own namespace.

use std::collections::BTreeMap;

use serde_json::Value;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Step {
    pub(crate) id: usize,
    pub(crate) method: String,
    /// Path and query.
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Option<Value>,
    /// Sent after all others, and read until its end.
    pub(crate) watch: bool,
}

/// What a side's answers said.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known(BTreeMap<String, String>);

impl Known {
    /// The names of the namespaces, and the uids of the two that are there.
    pub(crate) fn new(namespaces: &str, uids: [String; 2]) -> Self {
        let entry = |name: &str| (format!("ns:{name}"), format!("{namespaces}{name}"));
        let [a, b] = uids;
        let uids = [("uid:a".to_owned(), a), ("uid:b".to_owned(), b)];
        Self([entry("a"), entry("b"), entry("none")].into_iter().chain(uids).collect())
    }

    /// Takes in what the answer of a step tells.
    pub(crate) fn learn(&mut self, step: &Step, body: &Value, lags: bool) {
        let id = step.id;
        for (symbol, pointer) in [
            ("rv", "/metadata/resourceVersion"),
            ("uid", "/metadata/uid"),
            ("cont", "/metadata/continue"),
            ("name", "/metadata/name"),
            ("token", "/status/token"),
        ] {
            // Nothing has the version that a dry run answers with: it may be any that the request said. And a cache that lags says an older one.
            let made_up = symbol == "rv" && (lags || step.target.contains("dryRun"));
            if let Some(text) = body.pointer(pointer).and_then(Value::as_str).filter(|_| !made_up) {
                self.0.insert(format!("{symbol}:{id}"), text.to_owned());
            }
        }
    }

    /// A text without symbols; `None` where one means nothing.
    pub(crate) fn resolve(&self, text: &str) -> Option<String> {
        let mut out = String::new();
        let mut rest = text;
        while let Some(start) = rest.find("{") {
            out.push_str(&rest[..start]);
            rest = &rest[start..];
            let symbol = rest[1..].split('}').next().unwrap_or_default();
            match self.0.get(symbol) {
                Some(value) => out.push_str(value),
                None if ["rv:", "uid:", "cont:", "name:", "token:", "ns:"]
                    .iter()
                    .any(|kind| symbol.starts_with(kind)) =>
                {
                    return None;
                }
                None => {
                    out.push('{');
                    rest = &rest[1..];
                    continue;
                }
            }
            rest = &rest[symbol.len() + 2..];
        }
        out.push_str(rest);
        Some(out)
    }

    /// A value without symbols.
    pub(crate) fn resolve_value(&self, value: &Value) -> Option<Value> {
        Some(match value {
            Value::String(text) => self.resolve(text)?.into(),
            Value::Array(items) => {
                items.iter().map(|item| self.resolve_value(item)).collect::<Option<Vec<_>>>()?.into()
            }
            Value::Object(fields) => Value::Object(
                fields
                    .iter()
                    .map(|(name, value)| Some((name.clone(), self.resolve_value(value)?)))
                    .collect::<Option<_>>()?,
            ),
            other => other.clone(),
        })
    }

    /// The step as it is sent; `None` where a symbol means nothing.
    pub(crate) fn request(&self, step: &Step) -> Option<http::Request<Vec<u8>>> {
        let target = self.resolve(&step.target)?;
        let body = match &step.body {
            None => Vec::new(),
            // A text is sent as it is: it may be no JSON at all.
            Some(Value::String(text)) => self.resolve(text)?.into_bytes(),
            Some(value) => self.resolve_value(value)?.to_string().into_bytes(),
        };
        let mut request = http::Request::builder().method(step.method.as_str()).uri(target);
        for (name, value) in &step.headers {
            request = request.header(name, self.resolve(value)?);
        }
        if !step.headers.iter().any(|(name, _)| name == "user-agent") {
            request = request.header("user-agent", "sequence/1.0");
        }
        request.body(body).ok()
    }
}
