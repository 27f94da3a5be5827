//! Firewall configurations and what is made of them.

mod hostile;
mod kernel;
mod netfilter;
mod questions;
mod walk;
