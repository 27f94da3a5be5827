//! Firewall configurations and what is made of them.

mod hostile;
mod questions;
mod walk;
