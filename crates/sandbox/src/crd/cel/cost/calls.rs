//! What a call of a function costs, and how large its result is.
//!
//! Source: `functionCost` in `github.com/google/cel-go/checker/cost.go`, `EstimateCallCost` in `k8s.io/apiserver/pkg/cel/library/cost.go`, and the
//! estimates in the `lists` and `sets` of cel-go's extensions.

use kube_cel::cel::IdedExpr;
use kube_cel::cel::common::ast::{Expr, LiteralValue};

use super::super::types::Type;
use super::Coster;
use super::range::Range;

/// What it costs to go through a text, for each byte.
const TRAVERSAL: f64 = 0.1;
/// What a pattern costs, for each character.
const PATTERN: f64 = 0.25;
const LIST: u64 = 10;
/// The longest pattern of a named format.
const FORMAT: u64 = 128;
const ONE: Range = Range::fixed(1);

/// The cost of a call, without that of its arguments, and the size of what it gives.
type Call = (Range, Option<Range>);

/// An argument: its node, and its type.
pub(super) struct Argument<'c> {
    pub(super) node: &'c IdedExpr,
    pub(super) kind: Type,
}

impl Argument<'_> {
    fn is(&self, name: &str) -> bool {
        self.kind.named(name).is_some()
    }

    /// A number that stands there.
    fn number(&self, otherwise: u64) -> u64 {
        match &self.node.expr {
            Expr::Literal(LiteralValue::Int(number)) => u64::try_from(*number.inner()).unwrap_or_default(),
            _ => otherwise,
        }
    }
}

impl Coster<'_> {
    /// The size of an argument, from what the expression says or else its schema.
    fn size(&mut self, argument: &Argument<'_>) -> Range {
        self.size_of(argument.node).unwrap_or(Range::UNKNOWN)
    }

    /// What a function costs; `all` are its arguments, with what it is called on in front.
    pub(super) fn function(&mut self, name: &str, all: &[Argument<'_>]) -> Call {
        let plain = |cost: Range| (cost, None);
        let through = |size: Range| (size.at(TRAVERSAL), None);
        match (name, all) {
            ("isSorted" | "sum" | "max" | "min" | "indexOf" | "lastIndexOf", [on, ..]) => {
                plain(self.search(on))
            }
            ("url", [text]) => {
                let size = self.size(text);
                (size.at(TRAVERSAL), Some(size))
            }
            ("lowerAscii" | "upperAscii" | "substring" | "trim", [on, ..]) => {
                let size = self.size(on);
                (size.at(TRAVERSAL), Some(size))
            }
            ("replace", [on, from, to, ..]) => self.replace(on, from, to),
            ("split", [on, _, rest @ ..]) => {
                let size = self.size(on);
                let most = rest.first().map_or(size.most, |limit| limit.number(size.most));
                (size.at(2.0 * TRAVERSAL), Some(Range::up_to(most)))
            }
            ("join", [on, rest @ ..]) => self.join(on, rest.first()),
            ("find" | "findAll", [on, pattern, ..]) => {
                let size = self.size(on);
                (self.matched(size, pattern), Some(Range::up_to(size.most)))
            }
            ("ip", [on]) if on.is("net.CIDR") => plain(ONE),
            (
                "cidr" | "isIP" | "isCIDR" | "ip" | "quantity" | "isQuantity" | "semver" | "isSemver",
                [text, ..],
            ) => through(self.size(text)),
            ("ip.isCanonical", [text]) => plain(self.size(text).at(2.0 * TRAVERSAL)),
            ("containsIP", [_, other]) => {
                let bytes = Range { least: 4, most: 16 };
                plain(bytes.plus(bytes).at(TRAVERSAL).plus(self.parsed(other)))
            }
            ("containsCIDR", [_, other]) => {
                let bytes = Range { least: 4, most: 16 };
                let compared = bytes.plus(bytes).at(TRAVERSAL).plus(bytes.at(TRAVERSAL)).plus(ONE);
                plain(compared.plus(self.parsed(other)))
            }
            ("validate", [_, text]) => {
                plain(self.size(text).at(TRAVERSAL).times(Range::fixed(FORMAT)).at(PATTERN))
            }
            ("_==_" | "_!=_" | "_<_" | "_<=_" | "_>_" | "_>=_", [one, other]) => {
                plain(self.compared(name, one, other))
            }
            ("bytes", [text]) if text.is("string") => {
                let size = self.size(text);
                (size.at(TRAVERSAL), Some(Range { most: size.most.saturating_mul(4), ..size }))
            }
            ("string", [bytes]) if bytes.is("bytes") => {
                let size = self.size(bytes);
                (size.at(TRAVERSAL), Some(Range { least: size.least / 4, ..size }))
            }
            ("startsWith" | "endsWith", [_, text]) => through(self.size(text)),
            ("@in", [_, list]) if list.is("list") => plain(self.size(list)),
            ("matches", [text, pattern]) => {
                let size = self.size(text);
                plain(self.matched(size, pattern))
            }
            ("contains", [text, part]) => {
                plain(self.size(text).at(TRAVERSAL).times(self.size(part).at(TRAVERSAL)))
            }
            ("_+_", [one, other]) => self.added(one, other),
            ("sets.contains" | "sets.intersects", [one, other]) => {
                plain(self.size(one).times(self.size(other)).plus(ONE))
            }
            ("sets.equivalent", [one, other]) => {
                plain(self.size(one).times(self.size(other)).at(2.0).plus(ONE))
            }
            ("slice" | "flatten" | "lists.range" | "reverse" | "distinct" | "sort", [first, rest @ ..]) => {
                self.made(name, first, rest)
            }
            _ => plain(ONE),
        }
    }

    /// To look through a list, or through a text.
    fn search(&mut self, on: &Argument<'_>) -> Range {
        let size = self.size(on);
        let Some([item, ..]) = on.kind.named("list") else { return size.at(TRAVERSAL) };
        let texts = item.named("string").is_some() || item.named("bytes").is_some();
        let item = if texts { self.item_size(on.node).at(TRAVERSAL).plus(ONE) } else { ONE };
        size.times(item)
    }

    fn replace(&mut self, on: &Argument<'_>, from: &Argument<'_>, to: &Argument<'_>) -> Call {
        let (size, from, to) = (self.size(on), self.size(from), self.size(to));
        let most = replaced(size.most, from.least, to.most, to.most <= from.least);
        let least = replaced(size.least, from.most, to.least, from.most <= to.least);
        (size.at(2.0 * TRAVERSAL), Some(Range { least, most }))
    }

    fn join(&mut self, on: &Argument<'_>, between: Option<&Argument<'_>>) -> Call {
        let count = self.size(on);
        let mut size = count.times(self.item_size(on.node));
        if let Some(between) = between {
            let gaps = Range { least: count.least.saturating_sub(1), most: count.most.saturating_sub(1) };
            size = size.plus(self.size(between).times(gaps));
        }
        (size.at(TRAVERSAL), Some(size))
    }

    /// To hold a text against a pattern.
    fn matched(&mut self, text: Range, pattern: &Argument<'_>) -> Range {
        text.plus(ONE).at(TRAVERSAL).times(self.size(pattern).at(PATTERN))
    }

    /// What it costs that an address is a text still.
    fn parsed(&mut self, address: &Argument<'_>) -> Range {
        if address.is("string") { self.size(address).at(TRAVERSAL) } else { Range::NOTHING }
    }

    fn compared(&mut self, name: &str, one: &Argument<'_>, other: &Argument<'_>) -> Range {
        const AT_ONCE: [&str; 5] =
            ["net.IP", "net.CIDR", "kubernetes.Quantity", "kubernetes.Semver", "kubernetes.URL"];
        let equal = matches!(name, "_==_" | "_!=_");
        if name == "_==_" && one.kind == other.kind && AT_ONCE.iter().any(|kind| one.is(kind)) {
            return ONE;
        }
        if !(equal || one.is("string") || one.is("bytes")) {
            return ONE;
        }
        let most = self.size(one).most.min(self.size(other).most);
        Range { least: u64::from(most > 0), most }.at(TRAVERSAL)
    }

    fn added(&mut self, one: &Argument<'_>, other: &Argument<'_>) -> Call {
        if !["string", "bytes", "list"].iter().any(|kind| one.is(kind)) {
            return (ONE, None);
        }
        let size = self.size(one).plus(self.size(other));
        let cost = if one.is("list") { ONE } else { size.at(TRAVERSAL) };
        (cost, Some(size))
    }

    /// Functions that make lists.
    fn made(&mut self, name: &str, first: &Argument<'_>, rest: &[Argument<'_>]) -> Call {
        let size = self.size(first);
        let squared = size.times(size);
        let (price, result) = match (name, rest) {
            ("slice", [start, end]) => {
                let length = end.number(size.most).saturating_sub(start.number(0));
                (1.0, Range::fixed(length))
            }
            ("lists.range", _) => (1.0, Range::fixed(first.number(u64::MAX))),
            ("distinct", _) => (2.0, squared),
            ("sort", _) => {
                let items = first.kind.named("list").and_then(<[Type]>::first);
                let texts = items.is_some_and(|item| item.named("string").or(item.named("bytes")).is_some());
                (if texts { 2.0 + TRAVERSAL } else { 2.0 }, squared)
            }
            _ => (1.0, size),
        };
        (result.at(price).plus(Range::fixed(1 + LIST)), Some(result))
    }
}

/// The size of a text of some size in which each text of the size `from` became one of the size `to`, or which stays as it is.
fn replaced(size: u64, from: u64, to: u64, stays: bool) -> u64 {
    match from {
        // Where nothing is replaced, something comes before and behind each character.
        0 => size.saturating_add(1).saturating_mul(to).saturating_add(size),
        _ if stays => size,
        _ => size.div_ceil(from).saturating_mul(to),
    }
}
