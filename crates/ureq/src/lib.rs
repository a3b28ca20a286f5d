//! Kubewire on ureq.
