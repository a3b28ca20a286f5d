//! Free ports on loopback.

use crate::{Error, Result};
use std::net::{Ipv4Addr, TcpListener};

/// `N` different ports that were free just now. Someone else may take one before we do: whoever starts a server on
/// them tries again then.
pub(crate) fn free<const N: usize>() -> Result<[u16; N]> {
    // All are held until the last is found, so that no two are the same.
    let mut held = Vec::with_capacity(N);
    let mut ports = [0; N];
    for port in &mut ports {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(no_port)?;
        *port = listener.local_addr().map_err(no_port)?.port();
        held.push(listener);
    }
    Ok(ports)
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
fn no_port(cause: std::io::Error) -> Error {
    Error::failed(format!("found no free port on 127.0.0.1: {cause}"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn are_different() {
        let [a, b, c] = super::free::<3>().unwrap();
        assert!(a != b && b != c && a != c);
    }
}
