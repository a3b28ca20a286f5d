//! What the types of Go look like, as far as the sandbox knows them by heart. The table generated from the OpenAPI documents will stand
//! here instead.

/// The type of a value.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    /// `string`.
    Text,
    /// `*bool`.
    Flag,
    /// `int64`.
    Int64,
    /// `map[string]string`.
    Texts,
    /// `map[string][]uint8`: base64.
    Bytes,
    /// `[]string`.
    TextList,
    /// `v1.Time`.
    Time,
    /// A struct with named fields.
    Struct(&'static Struct),
    /// A list of structs.
    List(&'static Struct),
    /// Not looked into.
    Any,
}

/// A struct.
#[derive(Debug)]
pub(crate) struct Struct {
    /// Its name in Go's errors, such as `ObjectMeta`.
    pub(crate) name: &'static str,
    /// Its type there, such as `v1.ObjectMeta`.
    pub(crate) go: &'static str,
    pub(crate) fields: &'static [(&'static str, Shape)],
    /// Whether it may have fields that are not listed: its type is not known wholly.
    pub(crate) open: bool,
}

impl Struct {
    pub(crate) fn field(&self, name: &str) -> Option<Shape> {
        self.fields.iter().find(|(own, _)| *own == name).map(|(_, shape)| *shape)
    }
}
