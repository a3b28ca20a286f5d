//! Files of a volume that lie over each other.
//!
//! Source: `warningsForOverlappingVirtualPaths` in `k8s.io/kubernetes/pkg/api/pod`.

use super::super::part::Part;
use super::told::MOST;
use crate::object::quote;

/// A path, and what shall be there.
type File<'v> = (&'v str, String);

pub(super) fn told(volume: &Part<'_>, told: &mut Vec<String>) {
    let name = quote(volume.field("name").text());
    for (field, kind, names) in [
        ("configMap", "ConfigMap", "name"),
        ("secret", "Secret", "secretName"),
        ("downwardAPI", "DownwardAPI", ""),
    ] {
        let source = volume.field(field);
        let named =
            if names.is_empty() { String::new() } else { format!(" {}", quote(source.field(names).text())) };
        let files = files(&source, "");
        overlaps(&files, |path, other| {
            told.push(format!(
                "volume {name} ({kind}{named}): overlapping paths: {} with {}",
                quote(path.0),
                quote(other.0)
            ));
        });
    }
    let mut all: Vec<File<'_>> = Vec::new();
    for source in volume.field("projected").field("sources").items() {
        let before = all.len();
        let mut empty = true;
        for (field, kind) in
            [("configMap", "ConfigMap"), ("secret", "Secret"), ("downwardAPI", "DownwardAPI")]
        {
            let part = source.field(field);
            empty &= !part.is_there();
            let named = if field == "downwardAPI" {
                String::new()
            } else {
                format!(" {}", quote(part.field("name").text()))
            };
            all.extend(files(&part, &format!("{kind}{named}")));
        }
        for (field, kind) in
            [("serviceAccountToken", "ServiceAccountToken"), ("clusterTrustBundle", "ClusterTrustBundle")]
        {
            let part = source.field(field);
            empty &= !part.is_there();
            let path = part.field("path");
            all.extend((!path.is_empty()).then(|| (path.text(), kind.to_owned())));
        }
        empty &= !source.field("podCertificate").is_there();
        if empty && all.len() == before {
            told.push(format!("volume {name} (Projected) has no sources provided"));
        }
    }
    overlaps(&all, |(path, what), (other, there)| {
        let (path, other) = (quote(path), quote(other));
        told.push(format!(
            "volume {name} (Projected): overlapping paths: {path} ({what}) with {other} ({there})"
        ));
    });
}

fn files<'v>(source: &Part<'v>, what: &str) -> Vec<File<'v>> {
    source.field("items").items().iter().map(|item| (item.field("path").text(), what.to_owned())).collect()
}

/// Finds paths that lead to or through the place of one before; of many the first.
fn overlaps<'f>(files: &'f [File<'f>], mut tell: impl FnMut(&File<'f>, &File<'f>)) {
    let mut before: Vec<(&File<'_>, String)> = Vec::new();
    let mut left = MOST;
    for file in files.iter().take(8 * MOST) {
        let own = format!("{}/", file.0.trim_end_matches('/'));
        for (other, there) in &before {
            if left > 0 && (own.starts_with(there) || there.starts_with(&own)) {
                tell(file, other);
                left -= 1;
            }
        }
        if !before.iter().any(|(other, _)| *other == file) {
            before.push((file, own));
        }
    }
}
