//! Firewall configurations, plans, and what is made of them.

#![allow(clippy::disallowed_methods, reason = "tests read their cases from files, and time themselves")]
#![allow(clippy::print_stderr, reason = "a test that did not run says so")]

mod hostile;
mod kernel;
mod netfilter;
mod one_policy;
mod plans;
mod questions;
mod walk;
