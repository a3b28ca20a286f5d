//! Volumes of storage networks.

use super::super::super::fault::Fault;
use super::super::super::part::Part;

pub(super) fn judge(called: &Part<'_>, part: &Part<'_>, faults: &mut Vec<Fault>) {
    let (portal, name, unit) = (part.field("targetPortal"), part.field("iqn"), part.field("lun"));
    for field in [&portal, &name] {
        if field.is_empty() {
            faults.push(field.required(""));
        }
    }
    if !name.is_empty() {
        faults.extend(qualified(&name));
    }
    if !(0..=255).contains(&unit.number()) {
        faults.push(unit.invalid("must be between 0 and 255, inclusive"));
    }
    let secret = part.field("secretRef");
    let asks = ["chapAuthDiscovery", "chapAuthSession"].iter().any(|field| part.field(field).flag());
    if asks && !secret.is_there() {
        faults.push(secret.required(""));
    }
    let own = part.field("initiatorName");
    if own.is_there() {
        faults.extend(qualified(&Part { path: format!("{}.initiatorname", part.path), ..own }));
        if called.text().len() + 1 + portal.text().len() > 64 {
            let why = "Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.";
            faults.push(called.invalid(why));
        }
    }
}

/// The three forms of a name.
fn qualified(part: &Part<'_>) -> Option<Fault> {
    let name = part.text();
    let of = |rest: &str, long: usize| {
        rest.len() == long + 1 && rest.bytes().skip(1).all(|byte| byte.is_ascii_alphanumeric())
    };
    let good = if let Some(rest) = name.strip_prefix("iqn") {
        is_iqn(rest)
    } else if let Some(rest) = name.strip_prefix("eui") {
        of(rest, 16)
    } else if let Some(rest) = name.strip_prefix("naa") {
        of(rest, 32)
    } else {
        return Some(part.invalid("must be valid format starting with iqn, eui, or naa"));
    };
    (!good).then(|| part.invalid("must be valid format"))
}

/// `iqn.2001-04.com.example:storage`, from the first dot on.
fn is_iqn(rest: &str) -> bool {
    let date = |text: &str| {
        let (year, month) = text.split_once('-').unwrap_or_default();
        let digits = |text: &str, long| text.len() == long && text.bytes().all(|byte| byte.is_ascii_digit());
        digits(year, 4) && digits(month, 2)
    };
    let word = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte))
    };
    let parts = rest.strip_prefix('.').and_then(|rest| rest.split_once('.'));
    let Some((when, (who, what))) = parts.and_then(|(when, rest)| Some((when, rest.split_once(':')?))) else {
        return false;
    };
    let plain = |c: char| !c.is_whitespace() && !",;*&$|".contains(c);
    date(when) && word(who) && !what.is_empty() && what.chars().all(plain)
}
