//! What can be done to a resource.

/// What a call does, in the words of `kubectl` and RBAC.
///
/// See the API's [verbs](https://kubernetes.io/docs/reference/using-api/api-concepts/#api-verbs).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Verb {
    /// One object by its name, or a path that is no resource.
    Get,
    /// All objects, or those that selectors choose.
    List,
    /// The changes, as they happen.
    Watch,
    /// A new object; or a POST to a subresource, such as an eviction.
    Create,
    /// The whole object anew (`update` in RBAC).
    Replace,
    /// Parts of the object.
    Patch,
    /// One object away.
    Delete,
    /// All objects away, or those that selectors choose.
    DeleteCollection,
    /// The head of what [`Verb::Get`] would answer, through a proxy (RFC 9110 section 9.3.2).
    Head,
    /// What can be asked of what stands behind a proxy (RFC 9110 section 9.3.7). RBAC has no word for it: only `*` allows it.
    Options,
}

/// Every verb with its name in an operation, its name in RBAC, and its HTTP method.
const TABLE: [(Verb, &str, &str, &str); 10] = [
    (Verb::Get, "get", "get", "GET"),
    (Verb::List, "list", "list", "GET"),
    (Verb::Watch, "watch", "watch", "GET"),
    (Verb::Create, "create", "create", "POST"),
    (Verb::Replace, "replace", "update", "PUT"),
    (Verb::Patch, "patch", "patch", "PATCH"),
    (Verb::Delete, "delete", "delete", "DELETE"),
    (Verb::DeleteCollection, "deletecollection", "deletecollection", "DELETE"),
    (Verb::Head, "head", "get", "HEAD"),
    (Verb::Options, "options", "", "OPTIONS"),
];

impl Verb {
    fn row(self) -> &'static (Self, &'static str, &'static str, &'static str) {
        TABLE.iter().find(|row| row.0 == self).unwrap_or(&TABLE[0])
    }

    /// The name that an operation uses, such as `replace`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().1
    }

    /// The name that RBAC uses, such as `update`; empty where it has none.
    #[must_use]
    pub fn rbac(self) -> &'static str {
        self.row().2
    }

    pub(crate) fn method(self) -> &'static str {
        self.row().3
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        TABLE.iter().find(|row| row.1 == name || (row.2 == name && !name.is_empty())).map(|row| row.0)
    }

    /// Whether it concerns one object, and so needs its name.
    pub(crate) fn is_named(self) -> bool {
        matches!(self, Self::Get | Self::Replace | Self::Patch | Self::Delete | Self::Head | Self::Options)
    }

    pub(crate) fn bit(self) -> u16 {
        1 << self as u16
    }
}

/// What of an object is asked for, where it is not the object itself.
///
/// See [alternate representations](https://kubernetes.io/docs/reference/using-api/api-concepts/#alternate-representations-of-resources).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum View {
    /// Rows and columns for people.
    Table,
    /// Metadata alone.
    Metadata,
}

impl View {
    /// The name that an operation uses.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Table => "Table",
            Self::Metadata => "PartialObjectMetadata",
        }
    }

    /// The media type to ask for. A server that does not know the view may answer the object itself.
    pub(crate) fn accept(self, list: bool) -> &'static str {
        match self {
            Self::Table => "application/json;as=Table;v=v1;g=meta.k8s.io,application/json",
            Self::Metadata if list => {
                "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json"
            }
            Self::Metadata => "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io,application/json",
        }
    }

    /// The same view of one object and of a list, as pairs of media types.
    pub(crate) fn forms() -> impl Iterator<Item = (&'static str, &'static str)> {
        let forms = [Self::Table, Self::Metadata].map(|view| (view.accept(false), view.accept(true)));
        #[cfg(feature = "std")]
        let forms = forms.into_iter().chain([(PROTOBUF_METADATA, PROTOBUF_METADATA_LIST)]);
        forms.into_iter()
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::Table, Self::Metadata].into_iter().find(|view| view.name() == name)
    }
}

/// An object's metadata as protobuf where the server has it.
#[cfg(feature = "std")]
pub(crate) const PROTOBUF_METADATA: &str = "application/vnd.kubernetes.protobuf;as=PartialObjectMetadata;v=v1;g=meta.k8s.io,application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io,application/json";
/// The same of a list.
#[cfg(feature = "std")]
pub(crate) const PROTOBUF_METADATA_LIST: &str = "application/vnd.kubernetes.protobuf;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json";

/// The four languages in which a patch can be written.
///
/// See [patching objects](https://kubernetes.io/docs/tasks/manage-kubernetes-objects/update-api-object-kubectl-patch/).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PatchType {
    /// A list of steps (RFC 6902).
    Json,
    /// The members to change, `null` to remove (RFC 7386).
    Merge,
    /// The members to change; lists merge by key. Built-in kinds only.
    Strategic,
    /// The fields that this manager owns (server-side apply).
    Apply,
}

impl PatchType {
    const TABLE: [(Self, &'static str, &'static str); 4] = [
        (Self::Json, "json", "application/json-patch+json"),
        (Self::Merge, "merge", "application/merge-patch+json"),
        (Self::Strategic, "strategic", "application/strategic-merge-patch+json"),
        // JSON is YAML, so JSON is what we send.
        (Self::Apply, "apply", "application/apply-patch+yaml"),
    ];

    fn row(self) -> &'static (Self, &'static str, &'static str) {
        Self::TABLE.iter().find(|row| row.0 == self).unwrap_or(&Self::TABLE[0])
    }

    /// The name that an operation uses, such as `merge`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().1
    }

    /// The media type of the request's body.
    #[must_use]
    pub fn content_type(self) -> &'static str {
        self.row().2
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::TABLE.iter().find(|row| row.1 == name).map(|row| row.0)
    }
}
