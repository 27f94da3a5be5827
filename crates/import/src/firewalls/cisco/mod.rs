//! What Cisco ASA and IOS share: access lists, objects and their groups.

pub mod entry;
pub mod lists;
pub mod names;
pub mod objects;
pub mod sections;
pub mod words;

/// Which of the two speaks. They differ in masks and wildcards, and in what `any` holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speaker {
    /// Cisco ASA: masks; `any` is both families.
    Asa,
    /// Cisco IOS and IOS-XE: wildcards; lists are of one family.
    Ios,
}
