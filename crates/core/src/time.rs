//! Time, which is always an argument.

/// What the host's clocks say, in whole milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Now {
    /// A clock that never goes back, since an epoch of the host's that all users of one [`Session`](crate::Session) share.
    pub mono: u64,
    /// The time of day, since 1970: for dates that servers write.
    pub wall: u64,
}
