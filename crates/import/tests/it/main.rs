//! Firewall configurations and what is made of them.

mod questions;
mod walk;
