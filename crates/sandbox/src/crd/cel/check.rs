//! Whether an expression can be evaluated: its names are declared, its types go together.
//!
//! Source: the section on gradual type checking in <https://github.com/google/cel-spec/blob/master/doc/langdef.md>, and `checker.go` in
//! `github.com/google/cel-go/checker` for the order of checks and their words.

use std::collections::{BTreeMap, BTreeSet};

use kube_cel::cel::common::ast::{
    CallExpr, ComprehensionExpr, EntryExpr, Expr, ListExpr, LiteralValue, MapExpr, SelectExpr,
};
use kube_cel::cel::{IdedExpr, Value};

use super::declared::{Functions, Overload};
use super::functions;
use super::parse::{Places, Wrong};
use super::types::{Known, Type};

/// The names of types, which are values, too.
pub(super) const TYPES: [&str; 11] =
    ["bool", "bytes", "double", "duration", "dyn", "int", "list", "map", "null_type", "string", "uint"];
/// What the server replaces by something else before it looks at types, and the parser here does not.
const MACROS: [&str; 8] = [
    "all",
    "exists",
    "exists_one",
    "existsOne",
    "transformList",
    "transformMap",
    "transformMapEntry",
    "sortBy",
];
const MACROS_OF_OPTIONALS: [&str; 2] = ["optMap", "optFlatMap"];

/// What has been found out about an expression.
pub(super) struct Checked {
    pub(super) result: Type,
    pub(super) wrong: Vec<Wrong>,
    /// What the server knows, and the sandbox does not.
    pub(super) unknown: BTreeSet<String>,
    /// The nodes that take something out of an optional.
    pub(super) optional: BTreeSet<u64>,
    /// The nodes that are maps whose keys are gone through.
    pub(super) keyed: BTreeSet<u64>,
    /// Whether it looks at what was there before.
    pub(super) uses_old: bool,
    /// The types of all nodes.
    pub(super) types: BTreeMap<u64, Type>,
    /// The functions that are called.
    pub(super) resolved: BTreeMap<u64, Resolved>,
}

/// A function that is called.
pub(super) struct Resolved {
    pub(super) name: String,
    /// Whether it is called on something, and that is its first argument.
    pub(super) member: bool,
    /// The ways in which it may be called, by their places among its overloads.
    pub(super) overloads: Vec<usize>,
}

pub(super) fn check(
    expression: &IdedExpr,
    functions: &Functions,
    places: &Places<'_>,
    names: Vec<(String, Type)>,
) -> Checked {
    let mut checker = Checker {
        functions,
        places,
        names,
        known: Known::default(),
        open: 0,
        wrong: Vec::new(),
        unknown: BTreeSet::new(),
        optional: BTreeSet::new(),
        keyed: BTreeSet::new(),
        uses_old: false,
        types: BTreeMap::new(),
        resolved: BTreeMap::new(),
    };
    let result = checker.visit(expression);
    let known = &checker.known;
    let types = checker.types.iter().map(|(id, found)| (*id, known.of(found))).collect();
    Checked {
        types,
        resolved: checker.resolved,
        result: checker.known.of(&result),
        wrong: checker.wrong,
        unknown: checker.unknown,
        optional: checker.optional,
        keyed: checker.keyed,
        uses_old: checker.uses_old,
    }
}

struct Checker<'c> {
    functions: &'c Functions,
    places: &'c Places<'c>,
    /// The innermost ones are the last.
    names: Vec<(String, Type)>,
    known: Known,
    /// How many open types there are.
    open: usize,
    wrong: Vec<Wrong>,
    unknown: BTreeSet<String>,
    optional: BTreeSet<u64>,
    keyed: BTreeSet<u64>,
    uses_old: bool,
    types: BTreeMap<u64, Type>,
    resolved: BTreeMap<u64, Resolved>,
}

impl Checker<'_> {
    fn visit(&mut self, node: &IdedExpr) -> Type {
        let found = self.look(node);
        self.types.insert(node.id, found.clone());
        found
    }

    fn look(&mut self, node: &IdedExpr) -> Type {
        match &node.expr {
            Expr::Literal(own) => Type::simple(match own {
                LiteralValue::Boolean(_) => "bool",
                LiteralValue::Bytes(_) => "bytes",
                LiteralValue::Double(_) => "double",
                LiteralValue::Int(_) => "int",
                LiteralValue::Null => "null_type",
                LiteralValue::String(_) => "string",
                LiteralValue::UInt(_) => "uint",
            }),
            Expr::Ident(name) => self.name(node.id, name),
            Expr::Select(select) => self.select(node.id, select),
            Expr::Call(call) => self.call(node.id, call),
            Expr::List(list) => self.list(list),
            Expr::Map(map) => self.map(map),
            Expr::Comprehension(comprehension) => self.comprehension(comprehension),
            Expr::Struct(message) => self.undeclared(node.id, &message.type_name),
            Expr::Unspecified => Type::Error,
        }
    }

    fn tell(&mut self, id: u64, what: String) -> Type {
        self.wrong.push(Wrong { at: self.places.at(id), what });
        Type::Error
    }

    fn undeclared(&mut self, id: u64, name: &str) -> Type {
        self.tell(id, format!("undeclared reference to '{name}' (in container '')"))
    }

    fn new_type(&mut self) -> Type {
        // The first two numbers are those of declared functions.
        self.open += 1;
        Type::Open(self.open + 1)
    }

    fn name(&mut self, id: u64, name: &str) -> Type {
        if let Some((_, own)) = self.names.iter().rev().find(|(own, _)| own == name) {
            self.uses_old |= name == super::OLD;
            return own.clone();
        }
        if TYPES.contains(&name) {
            let inner = match name {
                "dyn" => Type::Dyn,
                "list" => Type::list(self.new_type()),
                "map" => Type::map(self.new_type(), self.new_type()),
                _ => Type::simple(name),
            };
            return Type::Named("type".into(), [inner].into());
        }
        self.undeclared(id, name)
    }

    fn select(&mut self, id: u64, select: &SelectExpr) -> Type {
        let found = self.field(id, &select.operand, &select.field, false);
        if select.test { Type::simple("bool") } else { found }
    }

    fn field(&mut self, id: u64, operand: &IdedExpr, field: &str, optional: bool) -> Type {
        let whole = self.visit(operand);
        let whole = self.known.of(&whole);
        let within = whole.unwrapped();
        let target = within.unwrap_or(&whole);
        let found = match target {
            Type::Object(object) => match object.fields.get(field) {
                Some(found) => found.clone(),
                None => self.tell(id, format!("undefined field '{field}'")),
            },
            Type::Open(_) => {
                self.known.take(&[Type::Dyn], std::slice::from_ref(target));
                Type::Dyn
            }
            free if free.is_free() => Type::Dyn,
            other => match other.named("map") {
                Some([_, values]) => values.clone(),
                _ => {
                    self.tell(id, format!("type '{other}' does not support field selection"));
                    Type::Dyn
                }
            },
        };
        if within.is_some() {
            self.optional.insert(id);
        }
        if optional || within.is_some() { Type::optional(found) } else { found }
    }

    fn call(&mut self, id: u64, call: &CallExpr) -> Type {
        let name = call.func_name.as_str();
        if name == "_?._" {
            return match call.args.as_slice() {
                [operand, IdedExpr { expr: Expr::Literal(LiteralValue::String(field)), .. }] => {
                    self.field(id, operand, field.inner(), true)
                }
                _ => self.tell(id, "unsupported optional field selection".to_owned()),
            };
        }
        let functions = self.functions;
        let three = MACROS.contains(&name) && call.args.len() >= 2;
        if call.target.is_some() && (three || MACROS_OF_OPTIONALS.contains(&name)) {
            self.unknown.insert(name.to_owned());
            return Type::Error;
        }
        let mut arguments: Vec<Type> = call.args.iter().map(|argument| self.visit(argument)).collect();
        let Some(target) = &call.target else {
            return match functions.get(name) {
                Some(found) => self.resolve(id, name, found, false, arguments, &call.args),
                None => self.undeclared(id, name),
            };
        };
        // What looks like a method may be a function with a dot in its name.
        let qualified = qualified(target).map(|prefix| format!("{prefix}.{name}"));
        if let Some((name, found)) = qualified.as_deref().and_then(|name| Some((name, functions.get(name)?)))
        {
            return self.resolve(id, name, found, false, arguments, &call.args);
        }
        arguments.insert(0, self.visit(target));
        match functions.get(name) {
            Some(found) => self.resolve(id, name, found, true, arguments, &call.args),
            None => self.undeclared(id, name),
        }
    }

    fn resolve(
        &mut self,
        id: u64,
        name: &str,
        all: &[Overload],
        member: bool,
        mut given: Vec<Type>,
        nodes: &[IdedExpr],
    ) -> Type {
        let bool = Type::simple("bool");
        if matches!(name, "_&&_" | "_||_") {
            let before = self.wrong.len();
            for (node, own) in nodes.iter().zip(&given) {
                self.expect(node, own, &bool);
            }
            return if self.wrong.len() == before { bool } else { Type::Error };
        }
        let mut result: Option<Type> = None;
        let (mut known, mut overloads) = (true, Vec::new());
        for (at, overload) in all.iter().enumerate().filter(|(_, overload)| overload.member == member) {
            let fresh = [self.new_type(), self.new_type()];
            let rename = |id: usize| fresh.get(id).cloned().unwrap_or(Type::Open(id));
            let wanted: Vec<Type> = overload.arguments.iter().map(|one| one.renamed(&rename)).collect();
            if !self.known.take(&given, &wanted) {
                continue;
            }
            let own = self.known.of(&overload.result.renamed(&rename));
            known &= overload.known;
            overloads.push(at);
            result = Some(match result {
                Some(other) if other != own => Type::Dyn,
                _ => own,
            });
        }
        self.resolved.insert(id, Resolved { name: name.to_owned(), member, overloads });
        if !known {
            self.unknown.insert(name.to_owned());
        }
        // Integers are never equal to other numbers in the library, and what is not known may be one.
        let kinds: Vec<Type> = given.iter().map(|own| self.known.of(own)).collect();
        let real = kinds.iter().any(|own| *own == Type::simple("double") || *own == Type::simple("uint"));
        if matches!(name, "_==_" | "_!=_") && real && kinds.contains(&Type::Dyn) {
            self.unknown
                .insert("a comparison of a number with what may be another kind of number".to_owned());
        }
        if let Some(node) = nodes.last().filter(|_| result.is_some()) {
            self.literal(name, node);
        }
        if matches!(name, "_[_]" | "_[?_]")
            && given.first().is_some_and(|own| self.known.of(own).unwrapped().is_some())
        {
            self.optional.insert(id);
        }
        result.unwrap_or_else(|| {
            let nothing = |_| Type::Dyn;
            given.iter_mut().for_each(|own| *own = self.known.of(own).renamed(&nothing));
            let (target, rest) = if member { given.split_at(1) } else { given.split_at(0) };
            let target: String = target.iter().map(|own| format!("{own}.")).collect();
            let rest: Vec<String> = rest.iter().map(ToString::to_string).collect();
            let what =
                format!("found no matching overload for '{name}' applied to '{target}({})'", rest.join(", "));
            self.tell(id, what)
        })
    }

    /// Texts that stand for something else are looked into at once.
    fn literal(&mut self, name: &str, node: &IdedExpr) {
        if !matches!(name, "duration" | "matches" | "timestamp") || !matches!(node.expr, Expr::Literal(_)) {
            return;
        }
        let nothing = (name == "matches").then(|| Expr::Literal(LiteralValue::String("".into())));
        let nothing = nothing.map(|expr| IdedExpr { id: 0, expr });
        let args = nothing.into_iter().chain([node.clone()]).collect();
        let call = Expr::Call(CallExpr { func_name: name.to_owned(), target: None, args });
        if Value::resolve(&IdedExpr { id: 0, expr: call }, &functions::context()).is_err() {
            self.tell(node.id, format!("invalid {name} argument"));
        }
    }

    fn expect(&mut self, node: &IdedExpr, found: &Type, wanted: &Type) {
        if !self.known.take(std::slice::from_ref(found), std::slice::from_ref(wanted)) {
            let (found, wanted) = (self.known.of(found), self.known.of(wanted));
            self.tell(node.id, format!("expected type '{wanted}' but found '{found}'"));
        }
    }

    /// The type of the items of a list, or of the keys or values of a map.
    fn join(&mut self, node: &IdedExpr, before: Option<Type>, found: Type, optional: bool) -> Type {
        let found = match found.unwrapped() {
            Some(inner) if optional => inner.clone(),
            _ => found,
        };
        let Some(before) = before else { return found };
        match self.known.join(&before, &found) {
            Some(joined) => joined,
            None => {
                self.expect(node, &found, &before);
                before
            }
        }
    }

    fn list(&mut self, list: &ListExpr) -> Type {
        let mut items = None;
        for (at, node) in list.elements.iter().enumerate() {
            let found = self.visit(node);
            let optional = list.optional_indices.contains(&at);
            if optional {
                self.unknown.insert("an optional item of a list".to_owned());
            }
            items = Some(self.join(node, items, found, optional));
        }
        Type::list(items.unwrap_or_else(|| self.new_type()))
    }

    fn map(&mut self, map: &MapExpr) -> Type {
        let (mut keys, mut values) = (None, None);
        for entry in &map.entries {
            let EntryExpr::MapEntry(entry) = &entry.expr else { continue };
            let found = self.visit(&entry.key);
            keys = Some(self.join(&entry.key, keys, found, false));
            let found = self.visit(&entry.value);
            if entry.optional {
                self.unknown.insert("an optional entry of a map".to_owned());
            }
            values = Some(self.join(&entry.value, values, found, entry.optional));
        }
        let keys = keys.unwrap_or_else(|| self.new_type());
        let values = values.unwrap_or_else(|| self.new_type());
        Type::map(keys, values)
    }

    fn comprehension(&mut self, own: &ComprehensionExpr) -> Type {
        let range = self.visit(&own.iter_range);
        let sum = self.visit(&own.accu_init);
        let range = self.known.of(&range);
        let outside = self.names.len();
        self.names.push((own.accu_var.clone(), sum.clone()));
        if range.named("map").is_some() {
            self.keyed.insert(own.iter_range.id);
        }
        let item = match &range {
            free if free.is_free() => Type::Dyn,
            Type::Open(_) => {
                self.known.take(&[Type::Dyn], std::slice::from_ref(&range));
                Type::Dyn
            }
            other => match other.named("list").or_else(|| other.named("map")).and_then(<[Type]>::first) {
                Some(item) => item.clone(),
                None => self.tell(
                    own.iter_range.id,
                    format!("expression of type '{other}' cannot be range of a comprehension (must be list, map, or dynamic)"),
                ),
            },
        };
        self.names.push((own.iter_var.clone(), item));
        let condition = self.visit(&own.loop_cond);
        self.expect(&own.loop_cond, &condition, &Type::simple("bool"));
        let step = self.visit(&own.loop_step);
        self.expect(&own.loop_step, &step, &sum);
        self.names.truncate(outside + 1);
        let result = self.visit(&own.result);
        self.names.truncate(outside);
        self.known.of(&result)
    }
}

/// Names with dots between them.
fn qualified(node: &IdedExpr) -> Option<String> {
    match &node.expr {
        Expr::Ident(name) => Some(name.clone()),
        Expr::Select(select) if !select.test => {
            Some(format!("{}.{}", qualified(&select.operand)?, select.field))
        }
        _ => None,
    }
}
