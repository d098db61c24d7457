//! Folders on the command line: every log below them, in the order of their names.

use std::io;
use std::path::{Path, PathBuf};

use parser_wasm::{KeyKind, passed_over};

/// What lies below a folder.
#[derive(Debug, Default)]
pub(super) struct Folder {
    /// Logs, by their names and folders.
    pub(super) logs: Vec<PathBuf>,
    /// How many other files there are.
    pub(super) passed_over: u64,
    /// Folders that cannot be read.
    pub(super) unreadable: Vec<(PathBuf, io::Error)>,
}

impl Folder {
    /// Walks a folder. Links to folders are not followed, so that no walk goes round in circles.
    pub(super) fn walk(folder: &Path) -> Self {
        let mut found = Self::default();
        found.enter(folder);
        found.logs.sort();
        found
    }

    fn enter(&mut self, folder: &Path) {
        let entries = match std::fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>) {
            Ok(entries) => entries,
            Err(error) => return self.unreadable.push((folder.to_owned(), error)),
        };
        for entry in entries {
            let path = entry.path();
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => self.enter(&path),
                Ok(_) if KeyKind::of(&path.to_string_lossy()).may_be_log() && path.is_file() => self.logs.push(path),
                Ok(_) => self.passed_over += 1,
                Err(error) => self.unreadable.push((path, error)),
            }
        }
    }

    /// What a person should know of it, in a sentence.
    pub(super) fn told(&self) -> Option<String> {
        passed_over(self.passed_over)
    }
}
