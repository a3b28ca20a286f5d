//! Volumes of several sources.
//!
//! Source: `validateProjectionSources` in `k8s.io/kubernetes/pkg/apis/core/validation`.

use std::collections::BTreeSet;

use super::super::super::common::selector;
use super::super::super::fault::Fault;
use super::super::super::part::Part;
use super::super::super::path::free_within;
use super::files;

const MORE: &str = "may not specify more than 1 volume type per source";
const TWICE: &str = "conflicting duplicate paths";

pub(super) fn judge(volume: &Part<'_>, faults: &mut Vec<Fault>) {
    let mut paths = BTreeSet::new();
    let mut room = 1 << 20;
    faults.extend(files::mode(&volume.field("defaultMode")));
    for source in volume.field("sources").items() {
        one(volume, &source, (&mut paths, &mut room), faults);
    }
}

/// Judges a source. Of paths that are taken there is only told as long as there is room, as each fault shows a name of any length.
fn one<'v>(
    volume: &Part<'_>,
    source: &Part<'v>,
    (paths, room): (&mut BTreeSet<&'v str>, &mut usize),
    faults: &mut Vec<Fault>,
) {
    let mut take = |path: &Part<'v>, shown: &str, faults: &mut Vec<Fault>| {
        if !path.is_empty() && !paths.insert(path.text()) && *room > 0 {
            *room = room.saturating_sub(shown.len());
            faults.push(Fault::invalid(&volume.path, shown, TWICE));
        }
    };
    let mut seen = 0;
    for kind in
        ["secret", "configMap", "downwardAPI", "serviceAccountToken", "clusterTrustBundle", "podCertificate"]
    {
        let part = source.field(kind);
        if !part.is_there() {
            continue;
        }
        seen += 1;
        match kind {
            "secret" | "configMap" => {
                let name = part.field("name");
                if name.is_empty() {
                    faults.push(name.required(""));
                }
                for item in part.field("items").items() {
                    files::key(&item, faults);
                    take(&item.field("path"), name.text(), faults);
                }
            }
            "downwardAPI" => {
                for item in part.field("items").items() {
                    files::told(&Part { path: part.path.clone(), ..item }, faults);
                    take(&item.field("path"), item.field("path").text(), faults);
                }
            }
            "serviceAccountToken" => token(volume, &part, faults),
            "clusterTrustBundle" => {
                bundle(&part, faults);
                take(&part.field("path"), part.field("path").text(), faults);
            }
            _ => certificate(&part, faults),
        }
    }
    if seen > 1 {
        faults.push(source.forbidden(MORE));
    }
}

fn token(volume: &Part<'_>, token: &Part<'_>, faults: &mut Vec<Fault>) {
    let seconds = token.field("expirationSeconds");
    if seconds.is_there() && seconds.number() < 600 {
        faults.push(seconds.invalid("may not specify a duration less than 10 minutes"));
    }
    if seconds.number() > 1 << 32 {
        faults.push(seconds.invalid("may not specify a duration larger than 2^32 seconds"));
    }
    // The server names the volume's path, which there is none of.
    let path = Part { path: format!("{}.path", volume.path), ..token.field("path") };
    if path.is_empty() {
        faults.push(path.required(""));
    }
    faults.extend(free_within(&path));
}

fn bundle(bundle: &Part<'_>, faults: &mut Vec<Fault>) {
    let (name, signer, labels) =
        (bundle.field("name"), bundle.field("signerName"), bundle.field("labelSelector"));
    match (name.is_there(), signer.is_there()) {
        (true, true) => faults.push(bundle.invalid("only one of name and signerName may be used")),
        (true, false) => {
            if name.is_empty() {
                faults.push(name.required("must be a valid object name"));
            }
            if labels.is_there() {
                faults.push(labels.invalid("labelSelector must be unset if name is specified"));
            }
        }
        (false, true) => {
            if signer.is_empty() {
                faults.push(signer.required("must be a valid signer name"));
            }
            faults.extend(selector(&labels));
        }
        (false, false) => faults.push(bundle.required("either name or signerName must be specified")),
    }
    let path = bundle.field("path");
    if path.is_empty() {
        faults.push(path.required(""));
    }
    faults.extend(free_within(&path));
}

fn certificate(part: &Part<'_>, faults: &mut Vec<Fault>) {
    const TYPES: [&str; 6] = ["RSA3072", "RSA4096", "ECDSAP256", "ECDSAP384", "ECDSAP521", "ED25519"];
    if part.field("signerName").is_empty() {
        faults.push(part.field("signerName").required(""));
    }
    faults.extend(part.field("keyType").one_of(&TYPES));
    let paths = ["credentialBundlePath", "keyPath", "certificateChainPath"].map(|field| part.field(field));
    if paths.iter().all(Part::is_empty) {
        let why = "specify at least one of credentialBundlePath, keyPath, and certificateChainPath";
        faults.push(part.required(why));
    }
    paths.iter().for_each(|path| faults.extend(free_within(path)));
}
