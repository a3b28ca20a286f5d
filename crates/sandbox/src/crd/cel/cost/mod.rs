//! What an expression costs at most, before it is evaluated: the server refuses rules that may take too long.
//!
//! Source: `github.com/google/cel-go/checker/cost.go`, with the options that Kubernetes sets (to look whether a field is there costs nothing).

mod calls;
mod range;
mod size;

use std::collections::BTreeMap;

use kube_cel::cel::IdedExpr;
use kube_cel::cel::common::ast::{
    CallExpr, ComprehensionExpr, EntryExpr, Expr, ListExpr, LiteralValue, MapExpr,
};
use serde_json::Value;

use super::check::Checked;
use super::declared::{Functions, Overload};
use super::types::Type;
use calls::Argument;
use range::Range;

pub(super) use size::{smallest, times};

const ONE: Range = Range::fixed(1);
const LIST: Range = Range::fixed(10);
const MAP: Range = Range::fixed(30);
const MESSAGE: Range = Range::fixed(40);

/// What a checked expression costs at most, on values of a schema.
pub(super) fn most(expression: &IdedExpr, checked: &Checked, functions: &Functions, schema: &Value) -> u64 {
    let mut coster = Coster {
        checked,
        functions,
        schema,
        paths: BTreeMap::new(),
        names: Vec::new(),
        sizes: BTreeMap::new(),
        entries: BTreeMap::new(),
    };
    coster.visit(expression).most
}

/// What is in a list or a map: sizes of the keys, or places, and of the values.
#[derive(Clone, Copy)]
struct Entry {
    list: bool,
    key: Range,
    value: Range,
}

impl Entry {
    fn or(self, other: Self) -> Self {
        Self { key: self.key.or(other.key), value: self.value.or(other.value), ..self }
    }
}

/// A name within a comprehension.
struct Local {
    name: String,
    path: Vec<String>,
    size: Option<Range>,
    entry: Option<Entry>,
}

struct Coster<'c> {
    checked: &'c Checked,
    functions: &'c Functions,
    schema: &'c Value,
    /// Where in the object the values of nodes are.
    paths: BTreeMap<u64, Vec<String>>,
    /// The innermost ones are the last.
    names: Vec<Local>,
    sizes: BTreeMap<u64, Range>,
    entries: BTreeMap<u64, Entry>,
}

impl Coster<'_> {
    fn visit(&mut self, node: &IdedExpr) -> Range {
        match &node.expr {
            Expr::Literal(_) | Expr::Unspecified => Range::NOTHING,
            Expr::Ident(name) => {
                let path = self.local(name).map_or_else(|| vec![name.clone()], |local| local.path.clone());
                self.paths.insert(node.id, path);
                ONE
            }
            Expr::Select(select) if select.test => self.visit(&select.operand),
            Expr::Select(select) => {
                let operand = self.visit(&select.operand);
                let kind = self.kind(&select.operand);
                let fields = matches!(kind, Type::Object(_)) || kind.named("map").is_some();
                let path = self.below(&select.operand, &select.field);
                self.paths.insert(node.id, path);
                if fields { operand.plus(ONE) } else { operand }
            }
            Expr::Call(call) => self.call(node, call),
            Expr::List(list) => self.list(node.id, list),
            Expr::Map(map) => self.map(node.id, map),
            Expr::Comprehension(comprehension) => self.comprehension(node.id, comprehension),
            Expr::Struct(_) => MESSAGE,
        }
    }

    fn kind(&self, node: &IdedExpr) -> Type {
        self.checked.types.get(&node.id).cloned().unwrap_or(Type::Dyn)
    }

    fn local(&self, name: &str) -> Option<&Local> {
        self.names.iter().rev().find(|local| local.name == name)
    }

    fn own_local(&self, node: &IdedExpr) -> Option<&Local> {
        match &node.expr {
            Expr::Ident(name) => self.local(name),
            _ => None,
        }
    }

    /// Where a value is; empty where it comes from no place of the object.
    fn path(&self, node: &IdedExpr) -> Vec<String> {
        match self.own_local(node) {
            Some(local) => local.path.clone(),
            None => self.paths.get(&node.id).cloned().unwrap_or_default(),
        }
    }

    fn below(&self, node: &IdedExpr, name: &str) -> Vec<String> {
        let mut path = self.path(node);
        path.push(name.to_owned());
        path
    }

    /// How large a value is: by what was reckoned, by itself, by its schema, or by its type.
    fn size_of(&mut self, node: &IdedExpr) -> Option<Range> {
        if let Some(size) = self.sizes.get(&node.id) {
            return Some(*size);
        }
        if let Some(size) = own_size(&node.expr) {
            return Some(Range::fixed(size));
        }
        let path = self.path(node);
        if let Some(most) = size::at(self.schema, &path).filter(|_| !is_sum(&path)) {
            self.sizes.insert(node.id, Range::up_to(most));
            return Some(Range::up_to(most));
        }
        if is_scalar(&self.kind(node)) {
            return Some(ONE);
        }
        self.own_local(node).and_then(|local| local.size)
    }

    /// How large the items of a list are, by its schema alone.
    fn item_size(&self, node: &IdedExpr) -> Range {
        let path = self.path(node);
        if path.is_empty() || is_sum(&path) {
            return Range::UNKNOWN;
        }
        size::at(self.schema, &self.below(node, "@items")).map_or(Range::UNKNOWN, Range::up_to)
    }

    fn entry_of(&self, node: &IdedExpr) -> Option<Entry> {
        let own = self.entries.get(&node.id).copied();
        own.or_else(|| self.own_local(node).and_then(|local| local.entry))
    }

    fn call(&mut self, node: &IdedExpr, call: &CallExpr) -> Range {
        if call.func_name == "dyn"
            && let [argument] = call.args.as_slice()
        {
            let cost = self.visit(argument);
            if let Some(size) = self.size_of(argument) {
                self.sizes.insert(node.id, size);
            }
            if let Some(entry) = self.entry_of(argument) {
                self.entries.insert(node.id, entry);
            }
            return cost.plus(ONE);
        }
        let costs: Vec<Range> = call.args.iter().map(|argument| self.visit(argument)).collect();
        let sum = costs.iter().fold(Range::NOTHING, |sum, cost| sum.plus(*cost));
        match (call.func_name.as_str(), costs.as_slice(), call.args.as_slice()) {
            ("_&&_" | "_||_", [first, ..], _) => return Range { least: first.least, most: sum.most },
            ("_?:_" | "_?_:_", [condition, one, other], [_, yes, no]) => {
                let size = [yes, no].map(|node| self.size_of(node).unwrap_or(Range::UNKNOWN));
                let [first, second] = size;
                self.sizes.insert(node.id, first.or(second));
                if let (Some(first), Some(second)) = (self.entry_of(yes), self.entry_of(no)) {
                    self.entries.insert(node.id, first.or(second));
                }
                return condition.plus(one.or(*other));
            }
            _ => {}
        }
        let checked = self.checked;
        let Some(resolved) = checked.resolved.get(&node.id) else { return sum.plus(ONE) };
        let target = call.target.as_deref().filter(|_| resolved.member);
        let on = target.map(|target| self.visit(target)).unwrap_or(Range::NOTHING);
        let nodes: Vec<&IdedExpr> = target.into_iter().chain(&call.args).collect();
        let (cost, size) = self.dearest(&resolved.name, &resolved.overloads, &nodes);
        let size = self.indexed(node, call).or(size).or_else(|| self.size_of(node));
        if let Some(size) = size {
            self.sizes.insert(node.id, size);
        }
        if call.func_name == "_+_"
            && let [one, other] = call.args.as_slice()
            && let (Some(one), Some(other)) = (self.entry_of(one), self.entry_of(other))
        {
            self.entries.insert(node.id, one.or(other));
        }
        on.plus(sum).plus(cost)
    }

    /// The cost of a function, over all the ways in which it may be called.
    fn dearest(&mut self, name: &str, ways: &[usize], nodes: &[&IdedExpr]) -> (Range, Option<Range>) {
        let functions = self.functions;
        let all = functions.get(name).unwrap_or_default();
        let (mut cost, mut size): (Range, Option<Range>) = (Range::EMPTY, None);
        for way in ways.iter().filter_map(|&way| all.get(way)) {
            let arguments = self.arguments(way, nodes);
            let (own, result) = self.function(name, &arguments);
            cost = cost.or(own);
            size = match (size, result) {
                (Some(size), Some(result)) => Some(size.or(result)),
                (size, result) => size.or(result),
            };
        }
        if cost == Range::EMPTY { (ONE, None) } else { (cost, size) }
    }

    /// The arguments, each of the type that an overload takes it for.
    fn arguments<'n>(&self, way: &Overload, nodes: &[&'n IdedExpr]) -> Vec<Argument<'n>> {
        let of = |(at, node): (usize, &&'n IdedExpr)| {
            let kind = match way.arguments.get(at) {
                Some(wanted @ Type::Named(..)) if self.kind(node).is_free() => wanted.clone(),
                _ => self.kind(node),
            };
            Argument { node, kind }
        };
        nodes.iter().enumerate().map(of).collect()
    }

    /// What is taken out of a list or a map is at its place there.
    fn indexed(&mut self, node: &IdedExpr, call: &CallExpr) -> Option<Range> {
        let [from, _] = call.args.as_slice() else { return None };
        if call.func_name != "_[_]" {
            return None;
        }
        let kind = self.kind(from);
        let name = if kind.named("map").is_some() { "@values" } else { "@items" };
        if kind.named("map").or_else(|| kind.named("list")).is_none() && !kind.is_free() {
            return None;
        }
        let path = self.below(from, name);
        self.paths.insert(node.id, path);
        self.entry_of(from).map(|entry| entry.value)
    }

    fn list(&mut self, id: u64, list: &ListExpr) -> Range {
        let (mut cost, mut value) =
            (LIST, if list.elements.is_empty() { Range::NOTHING } else { Range::EMPTY });
        for item in &list.elements {
            cost = cost.plus(self.visit(item));
            value = value.or(self.size_of(item).unwrap_or(Range::UNKNOWN));
        }
        self.entries.insert(id, Entry { list: true, key: ONE, value });
        cost
    }

    fn map(&mut self, id: u64, map: &MapExpr) -> Range {
        let start = if map.entries.is_empty() { Range::NOTHING } else { Range::EMPTY };
        let (mut cost, mut key, mut value) = (MAP, start, start);
        for entry in &map.entries {
            let EntryExpr::MapEntry(entry) = &entry.expr else { continue };
            cost = cost.plus(self.visit(&entry.key)).plus(self.visit(&entry.value));
            key = key.or(self.size_of(&entry.key).unwrap_or(Range::UNKNOWN));
            value = value.or(self.size_of(&entry.value).unwrap_or(Range::UNKNOWN));
        }
        self.entries.insert(id, Entry { list: false, key, value });
        cost
    }

    fn comprehension(&mut self, id: u64, own: &ComprehensionExpr) -> Range {
        let start = self.visit(&own.iter_range).plus(self.visit(&own.accu_init));
        let sum = Local {
            name: own.accu_var.clone(),
            path: self.path(&own.accu_init),
            size: self.size_of(&own.accu_init),
            entry: self.entry_of(&own.accu_init),
        };
        self.names.push(sum);
        let entry = self.entry_of(&own.iter_range);
        let list =
            entry.map_or_else(|| self.kind(&own.iter_range).named("list").is_some(), |entry| entry.list);
        let item = Local {
            name: own.iter_var.clone(),
            path: self.below(&own.iter_range, if list { "@items" } else { "@keys" }),
            size: entry.map(|entry| if list { entry.value } else { entry.key }),
            entry: None,
        };
        self.names.push(item);
        let each = self.visit(&own.loop_cond).plus(self.visit(&own.loop_step));
        self.names.pop();
        let result = self.visit(&own.result);
        let step = self.entry_of(&own.loop_step);
        self.names.pop();
        let count = self.size_of(&own.iter_range).unwrap_or(Range::UNKNOWN);
        match &own.accu_init.expr {
            Expr::Literal(_) => {
                if let Some(size) = self.size_of(&own.accu_init) {
                    self.sizes.insert(id, size);
                }
            }
            Expr::List(_) | Expr::Map(_) => {
                self.sizes.insert(id, count);
                if let Some(step) = step {
                    self.entries.insert(id, step);
                }
            }
            _ => {}
        }
        start.plus(result).plus(count.times(each))
    }
}

/// Whether a path is that of what a comprehension adds up.
fn is_sum(path: &[String]) -> bool {
    path.first().is_some_and(|name| name == "@result")
}

/// The size of what stands in the expression.
fn own_size(node: &Expr) -> Option<u64> {
    let size = match node {
        Expr::Literal(LiteralValue::String(text)) => text.inner().chars().count(),
        Expr::Literal(LiteralValue::Bytes(bytes)) => bytes.inner().len(),
        Expr::Literal(_) => 1,
        Expr::List(list) => list.elements.len(),
        Expr::Map(map) => map.entries.len(),
        _ => return None,
    };
    u64::try_from(size).ok()
}

/// Whether values of a type are all of one size.
fn is_scalar(kind: &Type) -> bool {
    let scalars = ["bool", "double", "duration", "int", "timestamp", "uint"];
    scalars.iter().any(|name| kind.named(name).is_some()) || kind.unwrapped().is_some_and(is_scalar)
}
