//! Words for resources, as kubectl reads them.

use super::{Discovery, ServedResource};
use crate::call::Verb;
use crate::prelude::*;
use crate::resource::{Catalog, Resource, is_near, nearest};

impl ServedResource {
    fn has_name(&self, name: &str) -> bool {
        [&self.name, &self.singular, &self.kind]
            .into_iter()
            .any(|own| own.eq_ignore_ascii_case(name) && !own.is_empty())
    }

    fn has_short_name(&self, name: &str) -> bool {
        self.short_names.iter().any(|own| own.eq_ignore_ascii_case(name))
    }
}

/// Whether `place` is a resource's `GROUP` or `VERSION.GROUP`; nothing is any.
fn is_in(resource: &Resource, place: &str) -> bool {
    place.is_empty()
        || resource.group == place
        || place.strip_prefix(&*resource.version).and_then(|rest| rest.strip_prefix('.'))
            == Some(&resource.group)
}

impl Catalog for Discovery {
    /// Names go before short names, groups in the server's order, and preferred versions before others. `widgets.example.com` and
    /// `widgets.v1.example.com` say where.
    fn find(&self, api_version: Option<&str>, name: &str) -> Option<Resource> {
        let (name, place) = name.split_once('.').unwrap_or((name, ""));
        let fits = |resource: &Resource| {
            is_in(resource, place) && api_version.is_none_or(|wanted| wanted == resource.api_version())
        };
        let by = |called: fn(&ServedResource, &str) -> bool| {
            self.resources().find(|(resource, served)| called(served, name) && fits(resource))
        };
        let (resource, _) = by(ServedResource::has_name).or_else(|| by(ServedResource::has_short_name))?;
        Some(resource)
    }

    fn verbs(&self, resource: &Resource, subresource: &str) -> Option<Vec<Verb>> {
        let (_, served) = self.resources().find(|(found, _)| {
            (&found.group, &found.version, &found.plural)
                == (&resource.group, &resource.version, &resource.plural)
        })?;
        let verbs = match subresource {
            "" => &served.verbs,
            name => &served.subresources.iter().find(|found| found.name == name)?.verbs,
        };
        Some(verbs.iter().filter_map(|verb| Verb::from_name(verb)).collect())
    }

    fn nearest(&self, name: &str) -> Vec<String> {
        let (name, _) = name.split_once('.').unwrap_or((name, ""));
        nearest(name, |slips, names| {
            for (resource, served) in self.resources() {
                let own = [&served.name, &served.singular].into_iter().chain(&served.short_names);
                if own
                    .into_iter()
                    .any(|own| !own.is_empty() && is_near(name.as_bytes(), own.as_bytes(), slips))
                {
                    let dot = if resource.group.is_empty() { "" } else { "." };
                    names.add([&resource.plural, dot, &resource.group].concat());
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn discovery() -> Discovery {
        let resource = |name: &str, kind: &str, short: &str| ServedResource {
            name: name.into(),
            singular: kind.to_lowercase(),
            kind: kind.into(),
            namespaced: true,
            short_names: vec![short.into()],
            categories: vec!["all".into()],
            verbs: vec!["get".into(), "update".into()],
            ..ServedResource::default()
        };
        let version = |version: &str, resources| super::super::ServedVersion {
            version: version.into(),
            stale: false,
            resources: Some(resources),
        };
        let group = |name: &str, versions| super::super::ServedGroup { name: name.into(), versions };
        Discovery {
            groups: vec![
                group("", vec![version("v1", vec![resource("pods", "Pod", "po")])]),
                // Its short name is another's name.
                group("a.example", vec![version("v1", vec![resource("gadgets", "Gadget", "widgets")])]),
                group(
                    "b.example",
                    vec![
                        version("v2", vec![resource("widgets", "Widget", "wd")]),
                        version(
                            "v1",
                            vec![resource("widgets", "Widget", "wd"), resource("olds", "Old", "o")],
                        ),
                    ],
                ),
            ],
        }
    }

    #[test]
    fn words_mean_what_they_mean_to_kubectl() {
        let served = discovery();
        for (word, wanted) in [
            ("pods", Some("v1/pods")),
            ("Pod", Some("v1/pods")),
            ("po", Some("v1/pods")),
            ("widgets", Some("b.example/v2/widgets")),
            ("wd", Some("b.example/v2/widgets")),
            ("wd.b.example", Some("b.example/v2/widgets")),
            ("widget.v1.b.example", Some("b.example/v1/widgets")),
            ("widgets.a.example", Some("a.example/v1/gadgets")),
            ("olds", Some("b.example/v1/olds")),
            ("widgets.v3.b.example", None),
            ("pods.apps", None),
            ("", None),
        ] {
            let found =
                served.find(None, word).map(|found| [&*found.api_version(), "/", &found.plural].concat());
            assert_eq!(found.as_deref(), wanted, "{word}");
        }
        assert_eq!(served.find(Some("b.example/v1"), "Widget").unwrap().version, "v1");
        assert_eq!(served.nearest("widgts"), ["gadgets.a.example", "widgets.b.example"]);
        let widgets = served.find(None, "wd").unwrap();
        assert_eq!(served.verbs(&widgets, ""), Some(vec![Verb::Get, Verb::Replace]));
        assert_eq!(served.verbs(&widgets, "status"), None);
        assert_eq!(served.category("all").count(), 4);
        let json = serde_json::to_string(&served).unwrap();
        assert_eq!(serde_json::from_str::<Discovery>(&json).unwrap(), served);
    }
}
