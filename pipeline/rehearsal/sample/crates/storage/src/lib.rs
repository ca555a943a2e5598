//! Keeps shares by name, in memory or in a folder.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

use sample_kms_core::{from_hex, to_hex, Share};

/// A place for shares.
pub trait Store: Send {
    /// Keeps a share; an earlier one of the same name is replaced.
    fn put(&mut self, name: &str, share: Share) -> io::Result<()>;
    /// The share of that name.
    fn get(&self, name: &str) -> io::Result<Option<Share>>;
}

/// Forgets everything when the process ends.
#[derive(Default)]
pub struct Memory(BTreeMap<String, Share>);

impl Store for Memory {
    fn put(&mut self, name: &str, share: Share) -> io::Result<()> {
        self.0.insert(name.to_owned(), share);
        Ok(())
    }

    fn get(&self, name: &str) -> io::Result<Option<Share>> {
        Ok(self.0.get(name).cloned())
    }
}

/// One file for each share: the index, a colon, the bytes in hexadecimal.
pub struct Folder(PathBuf);

impl Folder {
    /// Uses an existing folder.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    fn file(&self, name: &str) -> io::Result<PathBuf> {
        let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        if name.is_empty() || !plain {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "a name has letters, digits, hyphens"));
        }
        Ok(self.0.join(name))
    }
}

impl Store for Folder {
    fn put(&mut self, name: &str, share: Share) -> io::Result<()> {
        std::fs::write(self.file(name)?, format!("{}:{}", share.index, to_hex(&share.bytes)))
    }

    fn get(&self, name: &str) -> io::Result<Option<Share>> {
        let text = match std::fs::read_to_string(self.file(name)?) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            other => other?,
        };
        let parsed = text
            .split_once(':')
            .and_then(|(index, bytes)| Some(Share { index: index.parse().ok()?, bytes: from_hex(bytes)? }));
        parsed.map(Some).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "not a share"))
    }
}
