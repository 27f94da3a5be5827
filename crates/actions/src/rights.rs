//! Who may do what: rights, the roles that hold them, and who asks.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// Declares an enum whose every value has one stable text, as the model's codes have.
macro_rules! codes {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $value:ident = $text:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$vmeta])* $value,)+ }
        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [$name] = &[$($name::$value,)+];
            /// The stable text of this value.
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$value => $text,)+ }
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.pad(self.as_str()) }
        }
        impl FromStr for $name {
            type Err = ();
            fn from_str(text: &str) -> Result<Self, ()> {
                match text { $($text => Ok($name::$value),)+ _ => Err(()) }
            }
        }
    };
}

codes! {
    /// Something that not everybody may do. Each action names the right it needs.
    Right {
        /// See the plant: map, assets, conversations, changes, findings.
        SeePlant = "see-plant",
        /// Add notes, and say what an asset is: confirm or correct level, role, zone.
        DescribeAssets = "describe-assets",
        /// Take a change into the baseline, or make it a finding; name windows and baselines.
        DecideChanges = "decide-changes",
        /// Accept, resolve and reopen findings.
        JudgeFindings = "judge-findings",
        /// Hand in captures to be read.
        AddCaptures = "add-captures",
        /// Choose what is listened to.
        ManageInterfaces = "manage-interfaces",
        /// Take packets and whole lists out of the program.
        Export = "export",
        /// Change zones, conduits and the plan.
        EditPlan = "edit-plan",
        /// Change how the program works: what is kept, names, reports.
        ManageSettings = "manage-settings",
        /// See who has an account.
        SeePeople = "see-people",
        /// Make and close accounts, give roles.
        ManagePeople = "manage-people",
        /// Read the audit log, and check it.
        SeeAudit = "see-audit",
        /// Make tokens for programs, never with more rights than one's own.
        MakeTokens = "make-tokens",
    }
}

codes! {
    /// What a person is here for.
    Role {
        /// Looks.
        Viewer = "viewer",
        /// Works at the machines and says what they are.
        Operator = "operator",
        /// Looks after networks and machines.
        Engineer = "engineer",
        /// Answers for security.
        Security = "security",
        /// Checks, and changes nothing.
        Auditor = "auditor",
        /// Looks after people and the program.
        Administrator = "administrator",
    }
}

impl Role {
    /// The table of rights: one row each.
    pub const fn rights(self) -> &'static [Right] {
        use Right::*;
        match self {
            Role::Viewer => &[SeePlant],
            Role::Operator => &[SeePlant, DescribeAssets],
            Role::Engineer => &[
                SeePlant,
                DescribeAssets,
                DecideChanges,
                AddCaptures,
                ManageInterfaces,
                Export,
                EditPlan,
                MakeTokens,
            ],
            Role::Security => &[
                SeePlant,
                DescribeAssets,
                DecideChanges,
                JudgeFindings,
                AddCaptures,
                ManageInterfaces,
                Export,
                EditPlan,
                SeePeople,
                SeeAudit,
                MakeTokens,
            ],
            Role::Auditor => &[SeePlant, Export, SeePeople, SeeAudit],
            Role::Administrator => Right::ALL,
        }
    }
}

/// Who asks: a person in a session, a program with a token, or Sluice itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    /// Number of the account; 0 is Sluice itself.
    pub account: i64,
    /// The name in the audit log.
    pub name: String,
    /// What the person is called.
    pub full_name: String,
    /// The session's number; none for tokens and Sluice itself.
    pub session: Option<i64>,
    /// What the person is here for.
    pub role: Option<Role>,
    rights: BTreeSet<Right>,
}

impl Who {
    /// A person with her role.
    pub fn person(account: i64, name: &str, full_name: &str, role: Option<Role>, session: i64) -> Who {
        let rights = role.map(Role::rights).unwrap_or_default().iter().copied().collect();
        let (name, full_name) = (name.to_string(), full_name.to_string());
        Who { account, name, full_name, session: Some(session), role, rights }
    }

    /// A program: what its scope and its owner's role have in common, at this moment.
    pub fn program(account: i64, name: String, role: Option<Role>, scope: &BTreeSet<Right>) -> Who {
        let owner = role.map(Role::rights).unwrap_or_default();
        let rights = owner.iter().copied().filter(|right| scope.contains(right)).collect();
        Who { account, full_name: name.clone(), name, session: None, role, rights }
    }

    /// Sluice itself, on behalf of a schedule or of who started it.
    pub fn sluice() -> Who {
        let rights = Right::ALL.iter().copied().collect();
        let name = "sluice".to_string();
        Who { account: 0, full_name: name.clone(), name, session: None, role: None, rights }
    }

    /// Whether this right is held.
    pub fn may(&self, right: Right) -> bool {
        self.rights.contains(&right)
    }

    /// Fails without this right. Every action begins with it.
    pub fn need(&self, right: Right) -> Result<(), crate::ActionError> {
        if self.may(right) { Ok(()) } else { Err(crate::ActionError::Forbidden) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_auditor_changes_nothing() {
        let changing = [
            Right::DescribeAssets,
            Right::DecideChanges,
            Right::JudgeFindings,
            Right::AddCaptures,
            Right::ManageInterfaces,
            Right::EditPlan,
            Right::ManageSettings,
            Right::ManagePeople,
        ];
        for role in [Role::Auditor, Role::Viewer] {
            assert!(changing.iter().all(|right| !role.rights().contains(right)), "{role}");
        }
    }

    #[test]
    fn every_right_is_held_by_somebody_and_every_role_may_see() {
        for right in Right::ALL {
            assert!(Role::Administrator.rights().contains(right));
            assert_eq!(right.as_str().parse(), Ok(*right));
        }
        assert!(Role::ALL.iter().all(|role| role.rights().contains(&Right::SeePlant)));
    }

    #[test]
    fn a_program_never_has_more_than_its_owner() {
        let scope = BTreeSet::from([Right::SeePlant, Right::ManagePeople]);
        let who = Who::program(1, "anna/backup".into(), Some(Role::Viewer), &scope);
        assert!(who.may(Right::SeePlant) && !who.may(Right::ManagePeople));
        assert!(Who::program(1, "anna/backup".into(), None, &scope).need(Right::SeePlant).is_err());
    }
}
