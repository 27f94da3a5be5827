//! How far a block of bytes could be read, and why not further.

/// How indexing of a block of bytes ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// What is left is the beginning of a record.
    More,
    /// The batch holds as many frames as it may.
    Full,
    /// What is left cannot be a record.
    Damaged,
    /// What is left begins with so many bytes that are of no interest.
    Skip(u64),
}

/// How the search for a record after damage ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Search {
    /// A record begins here.
    Found(usize),
    /// No record begins before here; more bytes are needed to tell.
    Open(usize),
}
