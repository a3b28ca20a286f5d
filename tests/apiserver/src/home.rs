//! Where things are kept between runs, and which programs there are.

use crate::{Error, Result};
use std::{
    env,
    path::{Path, PathBuf},
};

/// The user's cache folder of this project: `$XDG_CACHE_HOME/kubewire`, or `~/.cache/kubewire`.
///
/// # Errors
/// When the environment names neither.
pub fn cache_home() -> Result<PathBuf> {
    let named = |variable| env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from);
    named("XDG_CACHE_HOME")
        .or_else(|| named("HOME").map(|home| home.join(".cache")))
        .map(|folder| folder.join("kubewire"))
        .ok_or_else(|| Error::failed("no folder to keep the built servers in: set HOME or XDG_CACHE_HOME"))
}

/// The full path of `program`, where the PATH has it.
#[must_use]
pub fn on_path(program: &str) -> Option<PathBuf> {
    let folders = env::var_os("PATH")?;
    env::split_paths(&folders).map(|folder| folder.join(program)).find(|path| is_program(path))
}

fn is_program(path: &Path) -> bool {
    path.is_file() || path.with_extension("exe").is_file()
}
