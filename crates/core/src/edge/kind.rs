//! Rust types that are kinds of the API.

use crate::resource::Resource;

/// A Rust type that stands for the objects of one resource.
///
/// Implement it for a struct of your own that holds the fields you care about; with the feature `k8s-openapi` every type of that
/// crate has it.
///
/// ```
/// use kubewire::{Api, Kind, Resource, Scope};
///
/// #[derive(serde::Deserialize)]
/// struct Widget { spec: WidgetSpec }
/// #[derive(serde::Deserialize)]
/// struct WidgetSpec { size: u32 }
///
/// impl Kind for Widget {
///     fn resource() -> Resource {
///         Resource::new("example.com", "v1", "Widget", "widgets", Scope::Namespaced)
///     }
/// }
///
/// let call = Api::<Widget>::namespaced("shop").list().call()?;
/// assert_eq!(call.target(), "/apis/example.com/v1/namespaces/shop/widgets");
/// # Ok::<(), kubewire::Error>(())
/// ```
pub trait Kind {
    /// The resource of which this type is the object.
    fn resource() -> Resource;
}

#[cfg(feature = "k8s-openapi")]
impl<K: k8s_openapi::Resource<Scope: 'static>> Kind for K {
    fn resource() -> Resource {
        use crate::resource::Scope;
        use core::any::TypeId;

        let scope = TypeId::of::<K::Scope>();
        let scope = if scope == TypeId::of::<k8s_openapi::NamespaceResourceScope>() {
            Scope::Namespaced
        } else if scope == TypeId::of::<k8s_openapi::ClusterResourceScope>() {
            Scope::Cluster
        } else {
            Scope::Unknown
        };
        Resource::new(K::GROUP, K::VERSION, K::KIND, K::URL_PATH_SEGMENT, scope)
    }
}
