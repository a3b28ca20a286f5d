//! `ListOptions`, for lists and watches.
//!
//! Source: `listOpts` in `k8s.io/apiserver/pkg/endpoints/handlers/get.go`, and apimachinery's defaults and validation for them.

use super::ask::Ask;
use crate::object::quote;
use crate::select::{Fields, Labels, Selector};
use crate::validate::Fault;
use crate::wire::{Problem, Refusal};

/// What a list or a watch wants.
#[derive(Clone, Debug)]
pub(crate) struct ListOptions {
    pub(crate) watch: bool,
    pub(crate) selector: Selector,
    /// Empty where none is said.
    pub(crate) version: String,
    pub(crate) matching: Match,
    /// None where it is 0 or less.
    pub(crate) limit: Option<usize>,
    /// Empty where none is said.
    pub(crate) token: String,
    pub(crate) bookmarks: bool,
    /// In seconds.
    pub(crate) timeout: Option<u64>,
    pub(crate) initial_events: Option<bool>,
}

/// How a version is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Match {
    /// Not said.
    Legacy,
    Exact,
    NotOlderThan,
}

const MATCH: &str = "resourceVersionMatch";
const NOT_OLDER: &str = "NotOlderThan";

impl ListOptions {
    /// Reads the query.
    ///
    /// # Errors
    /// 400 for what cannot be read, 422 for what does not go together.
    pub(crate) fn read(ask: &Ask<'_>) -> Result<Self, Refusal> {
        let (place, query) = (ask.place, &ask.query);
        let bad = |why: String| Refusal::from(Problem::bad_request(why));
        let timeout = query.number("timeoutSeconds").map_err(bad)?;
        let limit = query.number("limit").map_err(bad)?.unwrap_or_default();
        let labels = Labels::parse(query.text("labelSelector")).map_err(bad)?;
        let mut fields = Fields::parse(query.text("fieldSelector")).map_err(bad)?;
        let watch = place.watch || query.flag("watch").unwrap_or_default();
        let version = query.text("resourceVersion").to_owned();
        let mut initial_events = query.flag("sendInitialEvents");
        let mut said = query.text(MATCH).to_owned();
        if initial_events.is_none()
            && said.is_empty()
            && query.flag("watch").unwrap_or_default()
            && matches!(version.as_str(), "" | "0")
        {
            // `SetListOptionsDefaults`: a watch without a version is a streaming list.
            initial_events = Some(true);
            said = NOT_OLDER.to_owned();
        }
        let token = query.text("continue").to_owned();
        let asked = Asked { version: &version, token: &token, said: &said, initial_events };
        let faults = if query.flag("watch").unwrap_or_default() { asked.as_watch() } else { asked.as_list() };
        if !faults.is_empty() {
            return Err(Problem::invalid("meta.k8s.io", "ListOptions", "", &faults).into());
        }
        fields.check(&place.kind).map_err(bad)?;
        if !place.name.is_empty() {
            if !fields.is_empty() && fields.exact("metadata.name") != Some(&place.name) {
                return Err(bad("fieldSelector metadata.name doesn't match requested name".into()));
            }
            if fields.is_empty() {
                fields = Fields::of_name(&place.name);
            }
        }
        Ok(Self {
            watch,
            selector: Selector { labels, fields },
            version,
            matching: match said.as_str() {
                "Exact" => Match::Exact,
                NOT_OLDER => Match::NotOlderThan,
                _ => Match::Legacy,
            },
            limit: usize::try_from(limit).ok().filter(|&limit| limit > 0),
            token,
            bookmarks: query.flag("allowWatchBookmarks").unwrap_or_default(),
            timeout: timeout.and_then(|seconds| u64::try_from(seconds).ok()).filter(|&seconds| seconds > 0),
            initial_events,
        })
    }
}

/// What is validated together.
struct Asked<'a> {
    version: &'a str,
    token: &'a str,
    said: &'a str,
    initial_events: Option<bool>,
}

impl Asked<'_> {
    fn as_list(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut forbid = |why: &str| faults.push(Fault::forbidden(MATCH, why));
        if !self.said.is_empty() {
            if self.version.is_empty() {
                forbid("resourceVersionMatch is forbidden unless resourceVersion is provided");
            }
            if !self.token.is_empty() {
                forbid("resourceVersionMatch is forbidden when continue is provided");
            }
            if self.said == "Exact" && self.version == "0" {
                forbid("resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"");
            }
            if self.said != "Exact" && self.said != NOT_OLDER {
                faults.push(Fault::not_supported(MATCH, &quote(self.said), &["Exact", NOT_OLDER, ""]));
            }
        }
        if self.initial_events.is_some() {
            let why = "sendInitialEvents is forbidden for list";
            faults.push(Fault::forbidden("sendInitialEvents", why));
        }
        faults
    }

    fn as_watch(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut forbid = |why: &str| faults.push(Fault::forbidden(MATCH, why));
        if self.initial_events.is_some() && self.said != NOT_OLDER {
            forbid("sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
        }
        if !self.said.is_empty() {
            if self.initial_events.is_none() {
                forbid("resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided");
            }
            if !self.token.is_empty() {
                forbid("resourceVersionMatch is forbidden when continue is provided");
            }
            if self.said != NOT_OLDER {
                faults.push(Fault::not_supported(MATCH, &quote(self.said), &[NOT_OLDER]));
            }
        }
        faults
    }
}
