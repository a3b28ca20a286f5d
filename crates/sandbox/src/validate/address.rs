//! Addresses of hosts and of networks.
//!
//! Source: `IsValidIPForLegacyField` and `IsValidCIDRForLegacyField` in `k8s.io/apimachinery/pkg/util/validation`.

use std::net::IpAddr;

use super::fault::Fault;
use super::part::Part;

const MAPPED: &str = "must not have an IPv4-mapped IPv6 address";

/// An address in its one form.
pub(super) fn address(part: &Part<'_>) -> Option<Fault> {
    const NONE: &str = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
    let why = match (part.text().parse::<IpAddr>(), without_zeros(part.text()).parse::<IpAddr>()) {
        (Ok(IpAddr::V6(own)), _) if own.to_ipv4_mapped().is_some() => {
            "must not be an IPv4-mapped IPv6 address"
        }
        (Ok(_), _) => return None,
        (Err(_), Ok(_)) => "must not have leading 0s",
        _ => NONE,
    };
    Some(Fault::invalid(&part.path, part.text(), why))
}

/// What somebody may have meant who wrote an address in another form than its own.
pub(super) fn meant(text: &str) -> Option<String> {
    let bare = without_zeros(text).parse::<IpAddr>().ok()?.to_canonical().to_string();
    (bare != text).then_some(bare)
}

/// An address of one host among many.
pub(super) fn of_host(part: &Part<'_>) -> Vec<Fault> {
    match address(part) {
        Some(fault) => vec![fault],
        None => ranges(part),
    }
}

/// Whether an address, in whichever form, can be that of one host among many.
///
/// Source: `ValidateEndpointIP` in `k8s.io/kubernetes/pkg/apis/core/validation`.
pub(super) fn ranges(part: &Part<'_>) -> Vec<Fault> {
    let own = part.text().parse().or_else(|_| without_zeros(part.text()).parse());
    let Ok(own) = own.map(|own: IpAddr| own.to_canonical()) else {
        return vec![Fault::invalid(&part.path, part.text(), "must be a valid IP address")];
    };
    let (local, everyone) = match own {
        IpAddr::V4(own) => (own.is_link_local(), matches!(own.octets(), [224, 0, 0, _])),
        IpAddr::V6(own) => (own.is_unicast_link_local(), own.segments()[0] & 0xff0f == 0xff02),
    };
    let unspecified =
        if own.is_ipv4() { "may not be unspecified (0.0.0.0)" } else { "may not be unspecified (::)" };
    let whys = [
        (own.is_unspecified(), unspecified),
        (own.is_loopback(), "may not be in the loopback range (127.0.0.0/8, ::1/128)"),
        (local, "may not be in the link-local range (169.254.0.0/16, fe80::/10)"),
        (everyone, "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)"),
    ];
    whys.into_iter().filter(|(is, _)| *is).map(|(_, why)| part.invalid(why)).collect()
}

/// Octets as somebody may have meant them.
fn without_zeros(text: &str) -> String {
    let octet = |octet: &str| {
        let bare = octet.trim_start_matches('0');
        if bare.is_empty() && !octet.is_empty() { "0".to_owned() } else { bare.to_owned() }
    };
    text.split('.').map(octet).collect::<Vec<_>>().join(".")
}

/// A network: its first address, all of it as bits, and how many of them are the network's.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Network {
    bits: u128,
    prefix: u32,
    four: bool,
}

impl Network {
    fn of(text: &str) -> Option<Self> {
        let (address, prefix) = text.split_once('/')?;
        let digits = !prefix.is_empty() && prefix.bytes().all(|byte| byte.is_ascii_digit());
        let (own, prefix) = (address.parse::<IpAddr>().ok()?, prefix.parse::<u32>().ok().filter(|_| digits)?);
        let (bits, four) = match own {
            IpAddr::V4(own) => (u128::from(u32::from(own)) << 96, true),
            IpAddr::V6(own) => (u128::from(own), false),
        };
        (prefix <= if four { 32 } else { 128 }).then_some(Self { bits, prefix, four })
    }

    fn mask(self) -> u128 {
        u128::MAX.checked_shl(128 - self.prefix).unwrap_or_default()
    }

    /// Whether another is a part of it, and not all.
    pub(super) fn has(self, other: Self) -> bool {
        self.four == other.four
            && self.prefix < other.prefix
            && self.bits & self.mask() == other.bits & self.mask()
    }
}

/// A network in its one form.
///
/// # Errors
/// Why it is none.
pub(super) fn network(part: &Part<'_>) -> Result<Network, Fault> {
    const NONE: &str = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";
    let text = part.text();
    let fault = |why: &str| Fault::invalid(&part.path, text, why);
    let (address, prefix) = text.split_once('/').unwrap_or((text, ""));
    let zeros = prefix.len() > 1 && prefix.starts_with('0');
    let sloppy = format!("{}/{}", without_zeros(address), without_zeros(prefix));
    match Network::of(text) {
        Some(_) if zeros => Err(fault("must not have leading 0s in IP or prefix length")),
        Some(own) if !own.four && own.bits >> 32 == 0xffff => Err(fault(MAPPED)),
        Some(own) if own.bits & !own.mask() != 0 => {
            Err(fault("must not have bits set beyond the prefix length"))
        }
        Some(own) => Ok(own),
        None if Network::of(&sloppy).is_some() => {
            Err(fault("must not have leading 0s in IP or prefix length"))
        }
        None => Err(fault(NONE)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn networks_hold_others() {
        let network = |text: &str| {
            let value = json!(text);
            network(&Part { path: String::new(), value: &value }).map_err(|fault| fault.body())
        };
        let (all, ten) = (network("0.0.0.0/0").ok(), network("10.0.0.0/8").ok());
        assert!(all.zip(ten).is_some_and(|(all, ten)| all.has(ten) && !ten.has(all) && !ten.has(ten)));
        for (text, why) in [
            ("10.0.0.1/8", "bits set beyond"),
            ("010.0.0.0/8", "leading 0s"),
            ("10.0.0.0/08", "leading 0s"),
            ("10.0.0.0/33", "a valid CIDR"),
            ("10.0.0.0/+8", "a valid CIDR"),
            ("010.0.0.0/0", "leading 0s"),
            ("::ffff:10.0.0.0/104", "IPv4-mapped"),
            ("x", "a valid CIDR"),
        ] {
            assert!(network(text).is_err_and(|said| said.contains(why)), "{text}");
        }
    }
}
