//! What form an answer takes: `Accept`, in two steps as in the server: go-restful's plain match, then the transforms (`as=`).
//!
//! Source: `k8s.io/apiserver/pkg/endpoints/handlers/negotiation`.

use super::status::{Problem, Refusal};

/// What is made of an object before it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// As it is.
    Whole,
    /// Its metadata alone: `PartialObjectMetadata`.
    Metadata,
    /// The metadata of a list's objects: `PartialObjectMetadataList`.
    MetadataList,
}

/// What an answer becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Objects, or a part of each.
    As(Form),
    /// Rows and columns.
    Table,
}

/// In which encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Json,
    Protobuf,
}

/// What of a kind can be written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Can {
    /// Its columns are known.
    pub(crate) table: bool,
    /// Its objects have messages in protobuf.
    pub(crate) message: bool,
}

/// What a route is, as far as its answers' forms go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Accepts {
    /// A GET that lists, and may watch.
    Collection,
    /// Any other.
    One,
}

const SERVED: [&str; 3] = ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"];
const PROTOBUF: &str = "application/vnd.kubernetes.protobuf";
const NO_ROUTE: &str = "406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, application/vnd.kubernetes.protobuf";
/// A route that may be watched has two more.
const STREAMS: &str = ", application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch";
const NONE: &str = "only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf";

/// Chooses among what `accept` lists. Whoever takes JSON, too, gets whole objects in it, whatever stands first. YAML is not written.
///
/// # Errors
/// 406 in one of its two wordings.
pub(crate) fn negotiate(
    accept: Option<&str>,
    route: Accepts,
    can: Can,
) -> Result<(Shape, Encoding), Refusal> {
    let Some(accept) = accept.filter(|accept| !accept.trim().is_empty()) else {
        return Ok((Shape::As(Form::Whole), Encoding::Json));
    };
    let clauses = || accept.split(',').map(str::trim).map(Clause::parse);
    // go-restful looks at the type alone, and knows no `application/*`.
    if !clauses().any(|clause| clause.media == "*/*" || SERVED.contains(&clause.media)) {
        let streams = if route == Accepts::Collection { STREAMS } else { "" };
        return Err(Problem::not_acceptable_route(&format!("{NO_ROUTE}{streams}")).into());
    }
    let readable = |clause: &Clause<'_>| matches!(clause.media, "*/*" | "application/*" | "application/json");
    let mut otherwise = None;
    for clause in clauses() {
        let encoding = match clause.media {
            PROTOBUF if cfg!(feature = "protobuf") => Encoding::Protobuf,
            _ if readable(&clause) => Encoding::Json,
            _ => continue,
        };
        let known = clause.parameter("v") == Some("v1") && clause.parameter("g") == Some("meta.k8s.io");
        match clause.parameter("as") {
            None | Some("") if encoding == Encoding::Json => return Ok((Shape::As(Form::Whole), encoding)),
            None | Some("") if can.message => otherwise = Some((Shape::As(Form::Whole), encoding)),
            Some("PartialObjectMetadata") if known => return Ok((Shape::As(Form::Metadata), encoding)),
            Some("PartialObjectMetadataList") if known => {
                return Ok((Shape::As(Form::MetadataList), encoding));
            }
            Some("Table") if known && can.table && encoding == Encoding::Json => {
                return Ok((Shape::Table, encoding));
            }
            _ => {}
        }
    }
    otherwise.ok_or_else(|| Problem::not_acceptable(NONE).into())
}

/// In which encoding a refusal is told: that of the first clause that wants no other form.
pub(crate) fn of_refusals(accept: Option<&str>) -> Encoding {
    let mut clauses = accept.unwrap_or_default().split(',').map(str::trim).map(Clause::parse);
    let plain = clauses.find(|clause| clause.parameter("as").is_none_or(str::is_empty));
    match plain {
        Some(clause) if clause.media == PROTOBUF => Encoding::Protobuf,
        _ => Encoding::Json,
    }
}

struct Clause<'a> {
    media: &'a str,
    parameters: Vec<(&'a str, &'a str)>,
}

impl<'a> Clause<'a> {
    fn parse(text: &'a str) -> Self {
        let mut parts = text.split(';').map(str::trim);
        let media = parts.next().unwrap_or_default();
        Self { media, parameters: parts.filter_map(|part| part.split_once('=')).collect() }
    }

    fn parameter(&self, name: &str) -> Option<&'a str> {
        self.parameters.iter().find(|(own, _)| *own == name).map(|(_, value)| *value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_chosen() {
        const PARTIAL: &str = "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io";
        const TABLE: &str = "application/json;as=Table;v=v1;g=meta.k8s.io";
        let whole = Ok((Shape::As(Form::Whole), Encoding::Json));
        let cases = [
            (None, whole),
            (Some(""), whole),
            (Some("application/json"), whole),
            (Some("*/*"), whole),
            (Some("application/vnd.kubernetes.protobuf, application/json"), whole),
            (Some(PARTIAL), Ok((Shape::As(Form::Metadata), Encoding::Json))),
            (Some("application/json;as=Table;v=v1;g=meta.k8s.io,application/json"), whole),
            (Some(TABLE), Err(406)),
            (Some("text/html"), Err(406)),
            (Some("application/*"), Err(406)),
        ];
        for (accept, wanted) in cases {
            let found =
                negotiate(accept, Accepts::One, Can { table: false, message: true }).map_err(|refusal| {
                    match refusal {
                        Refusal::Status(problem) => problem.code,
                        other => panic!("{other:?}"),
                    }
                });
            assert_eq!(found, wanted, "{accept:?}");
        }
        for accept in [TABLE, "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"] {
            let can = Can { table: true, message: true };
            assert!(matches!(negotiate(Some(accept), Accepts::One, can), Ok((Shape::Table, _))), "{accept}");
        }
    }

    #[test]
    #[cfg(feature = "protobuf")]
    fn protobuf_is_for_metadata_and_for_those_who_know_nothing_else() {
        const PLAIN: &str = "application/vnd.kubernetes.protobuf";
        const PARTIAL: &str = "application/vnd.kubernetes.protobuf;as=PartialObjectMetadata;v=v1;g=meta.k8s.io,application/json";
        let choose =
            |accept, message| negotiate(Some(accept), Accepts::One, Can { table: true, message }).ok();
        assert_eq!(of_refusals(Some(PLAIN)), Encoding::Protobuf);
        assert_eq!(of_refusals(Some(PARTIAL)), Encoding::Json);
        assert_eq!(choose(PLAIN, true), Some((Shape::As(Form::Whole), Encoding::Protobuf)));
        assert_eq!(choose(PLAIN, false), None);
        assert_eq!(choose(PARTIAL, false), Some((Shape::As(Form::Metadata), Encoding::Protobuf)));
    }
}
