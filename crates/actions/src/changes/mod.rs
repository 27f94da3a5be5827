//! What can be changed, one file each. A change checks the right, does its work and writes its line of the audit log,
//! all in one transaction.

pub mod first_start;
pub mod login;
pub mod people;
pub mod read_capture;
pub mod second_factor;
pub mod session;
pub mod settings;
pub mod tokens;
