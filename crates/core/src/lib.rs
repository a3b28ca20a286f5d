//! Kubewire.
