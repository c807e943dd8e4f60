//! The run folder: complete and self-describing.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::CommandError;

/// Makes an empty run folder; an existing one is refused, or emptied if that is asked for.
///
/// # Errors
/// [`CommandError`] if there is one already, if what is there is no run folder, or the file system refuses.
pub fn create(path: &Path, force: bool) -> Result<(), CommandError> {
    if path.exists() {
        let is_empty = path.is_dir()
            && fs::read_dir(path)
                .map_err(CommandError::file(path))?
                .next()
                .is_none();
        let is_run = path.join("scenario.toml").is_file();
        if !is_empty && !force {
            return Err(CommandError::Usage(format!(
                "--out {}: exists already; choose another folder or add --force to overwrite it",
                path.display()
            )));
        }
        if !is_empty && !is_run {
            return Err(CommandError::Usage(format!(
                "--out {}: is not a run folder (it has no scenario.toml); it is not overwritten even with --force",
                path.display()
            )));
        }
        if !is_empty {
            fs::remove_dir_all(path).map_err(CommandError::file(path))?;
        }
    }
    fs::create_dir_all(path).map_err(CommandError::file(path))
}

/// Writes a file whole or not at all: to a temporary name, made durable, renamed.
///
/// # Errors
/// [`CommandError::File`] as the file system says.
pub fn write(path: &Path, content: &[u8]) -> Result<(), CommandError> {
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(".tmp");
    let temporary = PathBuf::from(temporary);
    let put = || -> std::io::Result<()> {
        let mut file = fs::File::create(&temporary)?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&temporary, path)
    };
    put().map_err(CommandError::file(path))
}
