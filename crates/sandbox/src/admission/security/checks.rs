//! What no pod may do at the level `baseline`, in the words of the check that finds it.
//!
//! Source: `k8s.io/pod-security-admission/policy`.

use std::collections::BTreeSet;

use serde_json::Value;

use super::policy::{Level, Policy};
use super::restricted;
use crate::object::{quote, text};

/// A check that a pod does not stand.
#[derive(Debug)]
pub(super) struct Broken {
    pub(super) reason: String,
    pub(super) detail: String,
}

impl Broken {
    pub(super) fn new(reason: &str, detail: String) -> Self {
        Self { reason: reason.to_owned(), detail }
    }

    /// That of containers which must do something, or must not; `None` where there are none.
    pub(super) fn by(names: &[&str], reason: &str, what: &str) -> Option<Self> {
        (!names.is_empty()).then(|| Self::new(reason, format!("{} {what}", shown(names))))
    }
}

pub(super) type Check = fn(&Value, &Policy) -> Option<Broken>;

/// In the order in which they are told, and since which version the level `restricted` has each in a stricter form.
const BASELINE: [(Check, u32); 12] = [
    (app_armor, NEVER),
    (capabilities, CAPABILITIES),
    (host_namespaces, NEVER),
    (host_paths, 0),
    (host_ports, NEVER),
    (hosts, NEVER),
    (privileged, NEVER),
    (proc_mount, OWN_USERS),
    (se_linux, NEVER),
    (seccomp, SECCOMP),
    (sysctls, NEVER),
    (host_process, NEVER),
];
const NEVER: u32 = u32::MAX;
/// Since this version all capabilities are to be dropped.
pub(super) const CAPABILITIES: u32 = 22;
/// Since this version profiles are fields; before they were annotations, which nobody looks at here.
pub(super) const SECCOMP: u32 = 19;
/// Since this version a pod with users of its own may do more.
pub(super) const OWN_USERS: u32 = 35;

/// What a pod, or the template of one, breaks of a policy.
pub(super) fn all(pod: &Value, policy: &Policy) -> Vec<Broken> {
    if policy.level == Level::Privileged {
        return Vec::new();
    }
    let restricted = policy.level == Level::Restricted;
    let stricter = |since: u32| restricted && since != NEVER && policy.since(since);
    let checks = BASELINE.iter().filter(|(_, since)| !stricter(*since)).map(|(check, _)| check);
    let more = restricted::CHECKS.iter().filter(|_| restricted);
    checks.chain(more).filter_map(|check| check(pod, policy)).collect()
}

/// The containers of a pod, in the order of the checks.
pub(super) fn containers(pod: &Value) -> impl Iterator<Item = &Value> {
    let lists = ["/spec/initContainers", "/spec/containers", "/spec/ephemeralContainers"];
    lists.into_iter().flat_map(|list| pod.pointer(list).and_then(Value::as_array).into_iter().flatten())
}

pub(super) fn context<'v>(of: &'v Value, field: &str) -> Option<&'v Value> {
    of.get("securityContext")?.get(field)
}

/// That of a pod.
pub(super) fn pod_context<'v>(pod: &'v Value, field: &str) -> Option<&'v Value> {
    context(pod.get("spec")?, field)
}

pub(super) fn named<'v>(containers: impl Iterator<Item = &'v Value>) -> Vec<&'v str> {
    containers.map(|container| text(container, "/name")).collect()
}

pub(super) fn plural<'w>(count: usize, one: &'w str, many: &'w str) -> &'w str {
    if count == 1 { one } else { many }
}

pub(super) fn quoted<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> String {
    texts.into_iter().map(|text| quote(text.as_ref())).collect::<Vec<_>>().join(", ")
}

/// `container "a"`, or `containers "a", "b"`.
pub(super) fn shown(names: &[&str]) -> String {
    format!("{} {}", plural(names.len(), "container", "containers"), quoted(names))
}

/// The pod, if it does so, and its containers that do.
pub(super) fn setters(pod: bool, names: &[&str]) -> Option<String> {
    let pod = pod.then(|| "pod".to_owned());
    let containers = (!names.is_empty()).then(|| shown(names));
    let both: Vec<String> = pod.into_iter().chain(containers).collect();
    (!both.is_empty()).then(|| both.join(" and "))
}

/// The containers that have some of what is looked for, and all that they have of it.
fn gathered(pod: &Value, of: impl Fn(&Value) -> BTreeSet<String>) -> (Vec<&str>, BTreeSet<String>) {
    let names = named(containers(pod).filter(|container| !of(container).is_empty()));
    (names, containers(pod).flat_map(of).collect())
}

/// Whether a pod's users are none of the node's, which a version looks at.
pub(super) fn has_own_users(pod: &Value, policy: &Policy) -> bool {
    policy.since(OWN_USERS) && pod.pointer("/spec/hostUsers") == Some(&Value::Bool(false))
}

pub(super) fn is_profile(kind: &str) -> bool {
    matches!(kind, "RuntimeDefault" | "Localhost")
}

/// Who sets a profile that is none of those allowed, and which.
fn profiles(pod: &Value, field: &str) -> Option<(String, BTreeSet<String>)> {
    let of = |profile: Option<&Value>| -> BTreeSet<String> {
        let kind = profile.map(|profile| text(profile, "/type"));
        kind.filter(|kind| !is_profile(kind)).map(str::to_owned).into_iter().collect()
    };
    let own = of(pod_context(pod, field));
    let (names, mut values) = gathered(pod, |container| of(context(container, field)));
    let setters = setters(!own.is_empty(), &names)?;
    values.extend(own);
    Some((setters, values))
}

fn app_armor(pod: &Value, _: &Policy) -> Option<Broken> {
    let (setters, values) = profiles(pod, "appArmorProfile")?;
    let reason = plural(values.len(), "forbidden AppArmor profile", "forbidden AppArmor profiles");
    Some(Broken::new(reason, format!("{setters} must not set AppArmor profile type to {}", quoted(values))))
}

fn capabilities(pod: &Value, _: &Policy) -> Option<Broken> {
    const ALLOWED: [&str; 13] = [
        "AUDIT_WRITE",
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "FSETID",
        "KILL",
        "MKNOD",
        "NET_BIND_SERVICE",
        "SETFCAP",
        "SETGID",
        "SETPCAP",
        "SETUID",
        "SYS_CHROOT",
    ];
    added(pod, &ALLOWED).map(|detail| Broken::new("non-default capabilities", detail))
}

/// Which containers add which capabilities that are not among the allowed ones.
pub(super) fn added(pod: &Value, allowed: &[&str]) -> Option<String> {
    let of = |container: &Value| -> BTreeSet<String> {
        let list = context(container, "capabilities").and_then(|own| own.get("add")?.as_array());
        let names =
            list.into_iter().flatten().filter_map(Value::as_str).filter(|name| !allowed.contains(name));
        names.map(str::to_owned).collect()
    };
    let (names, added) = gathered(pod, of);
    let what = format!("must not include {} in securityContext.capabilities.add", quoted(added));
    (!names.is_empty()).then(|| format!("{} {what}", shown(&names)))
}

fn host_namespaces(pod: &Value, _: &Policy) -> Option<Broken> {
    let is_set = |field: &&str| pod.get("spec").and_then(|spec| spec.get(*field)) == Some(&Value::Bool(true));
    let set = ["hostNetwork", "hostPID", "hostIPC"].into_iter().filter(is_set);
    let set: Vec<String> = set.map(|field| format!("{field}=true")).collect();
    (!set.is_empty()).then(|| Broken::new("host namespaces", set.join(", ")))
}

pub(super) fn volumes(pod: &Value) -> impl Iterator<Item = &Value> {
    pod.pointer("/spec/volumes").and_then(Value::as_array).into_iter().flatten()
}

fn host_paths(pod: &Value, _: &Policy) -> Option<Broken> {
    let names = named(volumes(pod).filter(|volume| volume.get("hostPath").is_some()));
    let volumes = plural(names.len(), "volume", "volumes");
    let detail = format!("{volumes} {}", quoted(&names));
    (!names.is_empty()).then(|| Broken::new("hostPath volumes", detail))
}

fn host_ports(pod: &Value, _: &Policy) -> Option<Broken> {
    let of = |container: &Value| -> BTreeSet<String> {
        let ports = container.get("ports").and_then(Value::as_array).into_iter().flatten();
        let ports = ports.filter_map(|port| port.get("hostPort")?.as_i64()).filter(|port| *port != 0);
        ports.map(|port| port.to_string()).collect()
    };
    let (names, ports) = gathered(pod, of);
    let (uses, port) = (plural(names.len(), "uses", "use"), plural(ports.len(), "hostPort", "hostPorts"));
    let ports: Vec<String> = ports.into_iter().collect();
    Broken::by(&names, "hostPort", &format!("{uses} {port} {}", ports.join(", ")))
}

/// Probes and hooks that ask another host.
fn hosts(pod: &Value, policy: &Policy) -> Option<Broken> {
    if !policy.since(34) {
        return None;
    }
    let of = |container: &Value| -> BTreeSet<String> {
        let probes = [
            "/livenessProbe",
            "/readinessProbe",
            "/startupProbe",
            "/lifecycle/postStart",
            "/lifecycle/preStop",
        ];
        let asked = probes
            .into_iter()
            .flat_map(|probe| ["httpGet", "tcpSocket"].map(|how| format!("{probe}/{how}/host")));
        let hosts = asked.map(|pointer| text(container, &pointer).to_owned());
        hosts.filter(|host| !host.is_empty()).collect()
    };
    let (names, hosts) = gathered(pod, of);
    let (uses, host) = (plural(names.len(), "uses", "use"), plural(hosts.len(), "host", "hosts"));
    let what = format!("{uses} probe or lifecycle {host} {}", quoted(hosts));
    Broken::by(&names, "probe or lifecycle host", &what)
}

fn privileged(pod: &Value, _: &Policy) -> Option<Broken> {
    let is = |container: &&Value| context(container, "privileged") == Some(&Value::Bool(true));
    let names = named(containers(pod).filter(is));
    Broken::by(&names, "privileged", "must not set securityContext.privileged=true")
}

fn proc_mount(pod: &Value, policy: &Policy) -> Option<Broken> {
    if has_own_users(pod, policy) { None } else { unmasked(pod) }
}

pub(super) fn unmasked(pod: &Value) -> Option<Broken> {
    let of = |container: &Value| -> BTreeSet<String> {
        let mount = context(container, "procMount").and_then(Value::as_str);
        mount.filter(|mount| *mount != "Default").map(str::to_owned).into_iter().collect()
    };
    let (names, values) = gathered(pod, of);
    let what = format!("must not set securityContext.procMount to {}", quoted(values));
    Broken::by(&names, "procMount", &what)
}

fn se_linux(pod: &Value, policy: &Policy) -> Option<Broken> {
    let is_known = |kind: &str| {
        let known = matches!(kind, "" | "container_t" | "container_init_t" | "container_kvm_t");
        known || kind == "container_engine_t" && policy.since(31)
    };
    let (mut kinds, mut user, mut role) = (BTreeSet::new(), false, false);
    let mut judge = |options: Option<&Value>| -> bool {
        let Some(options) = options else { return false };
        let kind = text(options, "/type");
        let set = |field: &str| !text(options, field).is_empty();
        if !is_known(kind) {
            kinds.insert(kind.to_owned());
        }
        user |= set("/user");
        role |= set("/role");
        !is_known(kind) || set("/user") || set("/role")
    };
    let own = judge(pod_context(pod, "seLinuxOptions"));
    let names = named(containers(pod).filter(|container| judge(context(container, "seLinuxOptions"))));
    let setters = setters(own, &names)?;
    let mut faults = Vec::new();
    if !kinds.is_empty() {
        faults.push(format!("{} {}", plural(kinds.len(), "type", "types"), quoted(&kinds)));
    }
    faults.extend(user.then(|| "user may not be set".to_owned()));
    faults.extend(role.then(|| "role may not be set".to_owned()));
    let detail = format!("{setters} set forbidden securityContext.seLinuxOptions: {}", faults.join("; "));
    Some(Broken::new("seLinuxOptions", detail))
}

/// Profiles that are none of those allowed.
pub(super) fn seccomp(pod: &Value, policy: &Policy) -> Option<Broken> {
    if !policy.since(SECCOMP) {
        return None;
    }
    let (setters, values) = profiles(pod, "seccompProfile")?;
    let what = format!("must not set securityContext.seccompProfile.type to {}", quoted(values));
    Some(Broken::new("seccompProfile", format!("{setters} {what}")))
}

fn sysctls(pod: &Value, policy: &Policy) -> Option<Broken> {
    /// Since which version each is allowed.
    const ALLOWED: [(&str, u32); 12] = [
        ("kernel.shm_rmid_forced", 0),
        ("net.ipv4.ip_local_port_range", 0),
        ("net.ipv4.tcp_syncookies", 0),
        ("net.ipv4.ping_group_range", 0),
        ("net.ipv4.ip_unprivileged_port_start", 0),
        ("net.ipv4.ip_local_reserved_ports", 27),
        ("net.ipv4.tcp_keepalive_time", 29),
        ("net.ipv4.tcp_fin_timeout", 29),
        ("net.ipv4.tcp_keepalive_intvl", 29),
        ("net.ipv4.tcp_keepalive_probes", 29),
        ("net.ipv4.tcp_rmem", 32),
        ("net.ipv4.tcp_wmem", 32),
    ];
    let allowed = |name: &&str| ALLOWED.iter().any(|(own, since)| own == name && policy.since(*since));
    let list = pod_context(pod, "sysctls").and_then(Value::as_array).into_iter().flatten();
    let names: Vec<&str> = list.map(|one| text(one, "/name")).filter(|name| !allowed(name)).collect();
    (!names.is_empty()).then(|| Broken::new("forbidden sysctls", names.join(", ")))
}

fn host_process(pod: &Value, _: &Policy) -> Option<Broken> {
    let is =
        |options: Option<&Value>| options.and_then(|own| own.get("hostProcess")) == Some(&Value::Bool(true));
    let names = named(containers(pod).filter(|container| is(context(container, "windowsOptions"))));
    let setters = setters(is(pod_context(pod, "windowsOptions")), &names)?;
    let detail = format!("{setters} must not set securityContext.windowsOptions.hostProcess=true");
    Some(Broken::new("hostProcess", detail))
}
