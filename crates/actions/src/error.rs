//! Why an action did not happen.

use store::StoreError;

/// Why an action did not happen.
#[derive(Debug, thiserror::Error)]
pub enum ActionError {
    /// The right is missing. Pages answer as if the thing were not there.
    #[error("You may not do this.")]
    Forbidden,
    /// It is not there.
    #[error("It is not there.")]
    NotFound,
    /// A rule says no; the person can do something about it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The system has no random numbers, or a hash could not be computed.
    #[error("The system failed at {what}. Look at its memory and its log.")]
    System {
        /// At what.
        what: &'static str,
    },
}

impl ActionError {
    /// What the store says; what is not there is not there, whoever found out.
    pub(crate) fn of(error: StoreError) -> ActionError {
        match error {
            StoreError::NotFound { .. } => ActionError::NotFound,
            error => ActionError::Store(error),
        }
    }
}

/// A rule that says no, and what to do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Name, password or code is wrong; which one is not told.
    #[error("Name, password or code is wrong. Check the three and try again.")]
    WrongLogin,
    /// Too many tries.
    #[error("Too many tries. Wait {seconds} seconds, then try again.")]
    Slowed {
        /// How long to wait.
        seconds: u64,
    },
    /// The password does not fit the rules.
    #[error(
        "The password is too short or too easy to guess. Take at least 12 characters, and not your name."
    )]
    WeakPassword,
    /// The present password is wrong.
    #[error("The present password is wrong.")]
    WrongPassword,
    /// A code of the second factor is wrong or was used.
    #[error("The code is wrong or was used before. Wait for the next one and try again.")]
    WrongCode,
    /// The name of an account does not fit the rules.
    #[error("A name has 2 to 64 characters: letters a to z, digits, dots, hyphens, underscores.")]
    UnusableName,
    /// The name is taken.
    #[error("This name is taken. Choose another.")]
    NameTaken,
    /// A text is empty or too long.
    #[error("A text is missing or too long.")]
    UnusableText,
    /// Nobody would be left to look after people.
    #[error("This is the last administrator. Make somebody else administrator first.")]
    LastAdministrator,
    /// One's own role cannot be changed by oneself.
    #[error("Nobody changes the own role or closes the own account. Ask another administrator.")]
    OwnAccount,
    /// The link was used or is too old.
    #[error("This link was used before or is too old. Ask for a new one.")]
    KeyGone,
    /// More than there is room for.
    #[error("There are too many of these. Remove some first.")]
    TooMany,
    /// A span of time does not fit.
    #[error("Choose a time between one day and one year.")]
    UnusableTime,
}
