//! What the API server counts: the text of `/metrics`.
//!
//! Our own reader, since the crates for it lose labels whose values hold a comma, or leave out lines without a word.

use alloc::borrow::Cow;
use core::str::FromStr;

use bytes::Bytes;

use super::{Answer, Body};
use crate::answer::problem;
use crate::call::Draft;
use crate::error::{DecodeError, Error};
use crate::prelude::*;
use crate::wire::Head;

/// The answer of `/metrics`, read sample by sample.
///
/// See Prometheus' [text format](https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format).
///
/// ```no_run
/// # fn show(client: impl Fn(kubewire::Call<kubewire::Metrics>) -> Result<kubewire::Metrics, kubewire::Error>) -> Result<(), kubewire::Error> {
/// use kubewire::{Metrics, get_path};
/// let metrics = client(get_path("/metrics")?.answering::<Metrics>())?;
/// for sample in metrics.samples() {
///     let sample = sample?;
///     if sample.name == "apiserver_storage_objects" {
///         println!("{}: {}", sample.label("resource").unwrap_or_default(), sample.value);
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metrics {
    body: Body,
    call: String,
}

/// What a metric is, as the line `# TYPE` before it says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum MetricKind {
    /// Only grows.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Its samples are named `…_bucket`, with the upper limit in `le`, `…_sum` and `…_count`.
    Histogram,
    /// Its samples have a `quantile`, or are named `…_sum` and `…_count`.
    Summary,
    /// Nothing is said.
    #[default]
    Untyped,
}

/// One value.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Sample<'a> {
    /// Its name, such as `apiserver_request_total`.
    pub name: &'a str,
    /// What its metric is.
    pub kind: MetricKind,
    /// Names and values, in the order of the text.
    pub labels: Vec<(&'a str, Cow<'a, str>)>,
    /// The value; may be infinite, or no number.
    pub value: f64,
    /// When it was taken, in milliseconds since 1970, where the text says it.
    pub timestamp_ms: Option<i64>,
}

impl Sample<'_> {
    /// The value of a label.
    #[must_use]
    pub fn label(&self, name: &str) -> Option<&str> {
        self.labels.iter().find(|(label, _)| *label == name).map(|(_, value)| value.as_ref())
    }
}

impl Metrics {
    /// Every sample, in the order of the text. A line that is none is an error of its own, which names the line.
    pub fn samples(&self) -> impl Iterator<Item = Result<Sample<'_>, Error>> {
        let mut typed = ("", MetricKind::Untyped);
        // That it is text was seen when it was decoded.
        let text = core::str::from_utf8(self.body.bytes()).unwrap_or_default();
        text.lines().enumerate().filter_map(move |(index, line)| {
            let line = line.trim();
            if let Some(comment) = line.strip_prefix('#') {
                let mut words = comment.split_whitespace();
                if words.next() == Some("TYPE") {
                    typed = (words.next().unwrap_or_default(), kind(words.next().unwrap_or_default()));
                }
                return None;
            }
            let sample = || {
                let mut sample = sample(line)?;
                if sample
                    .name
                    .strip_prefix(typed.0)
                    .is_some_and(|rest| matches!(rest, "" | "_bucket" | "_sum" | "_count"))
                {
                    sample.kind = typed.1;
                }
                Some(sample)
            };
            let wrong = || {
                problem(
                    self.call.clone(),
                    DecodeError::new(format!("line {}", index + 1), "this is no sample"),
                )
            };
            (!line.is_empty()).then(|| sample().ok_or_else(wrong))
        })
    }
}

impl Answer for Metrics {
    fn decode(draft: &Draft, head: &Head, body: Bytes) -> Result<Self, Error> {
        let body = Body::decode(draft, head, body)?;
        body.text()?;
        Ok(Self { body, call: draft.summary() })
    }
}

fn kind(word: &str) -> MetricKind {
    match word {
        "counter" => MetricKind::Counter,
        "gauge" => MetricKind::Gauge,
        "histogram" => MetricKind::Histogram,
        "summary" => MetricKind::Summary,
        _ => MetricKind::Untyped,
    }
}

/// `name{label="value",…} value [timestamp]`
fn sample(line: &str) -> Option<Sample<'_>> {
    let end = line.find(|letter: char| !(letter.is_ascii_alphanumeric() || matches!(letter, '_' | ':')))?;
    let (name, mut rest) = line.split_at_checked(end).filter(|(name, _)| !name.is_empty())?;
    let mut labels = Vec::new();
    if let Some(inside) = rest.trim_start().strip_prefix('{') {
        rest = read_labels(inside, &mut labels)?;
    }
    let mut words = rest.split_whitespace();
    // Rust reads `NaN`, `+Inf` and `-Inf` as Go writes them.
    let value = f64::from_str(words.next()?).ok()?;
    let timestamp_ms = words.next().map(i64::from_str).transpose().ok()?;
    words.next().is_none().then_some(Sample { name, kind: MetricKind::Untyped, labels, value, timestamp_ms })
}

/// Reads up to the closing brace, and gives what stands behind it.
fn read_labels<'a>(mut rest: &'a str, labels: &mut Vec<(&'a str, Cow<'a, str>)>) -> Option<&'a str> {
    loop {
        rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix('}') {
            return Some(after);
        }
        let (name, value) = rest.split_once('=')?;
        let value = value.trim_start().strip_prefix('"')?;
        let (value, after) = read_value(value)?;
        labels.push((name.trim(), value));
        rest = after.trim_start();
        rest = match rest.strip_prefix(',') {
            Some(after) => after,
            None if rest.starts_with('}') => rest,
            None => return None,
        };
    }
}

/// Reads up to the closing quotation mark. A backslash stands before itself, the mark, and the `n` of a line break.
fn read_value(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let end = text.find(['"', '\\'])?;
    let (plain, rest) = text.split_at_checked(end)?;
    if let Some(after) = rest.strip_prefix('"') {
        return Some((Cow::Borrowed(plain), after));
    }
    let mut value = plain.to_owned();
    let mut letters = rest.chars();
    loop {
        match letters.next()? {
            '"' => return Some((Cow::Owned(value), letters.as_str())),
            '\\' => value.push(match letters.next()? {
                'n' => '\n',
                letter => letter,
            }),
            letter => value.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_read_as_they_are_written() {
        for (line, labels, value, time) in [
            ("up 1", &[][..], 1.0, None),
            ("up{} 1.5e3 1700000000000", &[], 1500.0, Some(1_700_000_000_000)),
            (r#"up{a="b"} +Inf"#, &[("a", "b")], f64::INFINITY, None),
            (r#"up { a = "b,c=d}" , e="\\\"\n" , } -3"#, &[("a", "b,c=d}"), ("e", "\\\"\n")], -3.0, None),
        ] {
            let sample = sample(line).unwrap_or_else(|| panic!("{line}"));
            assert_eq!((sample.name, sample.value, sample.timestamp_ms), ("up", value, time), "{line}");
            let read: Vec<_> = sample.labels.iter().map(|(name, value)| (*name, value.as_ref())).collect();
            assert_eq!(read, labels, "{line}");
        }
        for bad in [
            "up",
            "1",
            "up x",
            "up 1 x",
            "up 1 2 3",
            "up{ 1",
            r#"up{a="b 1"#,
            r#"up{a=b} 1"#,
            r#"up{a="b" c="d"} 1"#,
            "größe 1",
            "",
        ] {
            assert_eq!(sample(bad), None, "{bad}");
        }
        assert!(sample("up NaN").is_some_and(|sample| sample.value.is_nan()));
    }
}
