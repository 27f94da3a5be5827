//! One suite for both databases: every case of `cases!` runs on SQLite and on PostgreSQL.

#![allow(clippy::print_stderr, reason = "a suite that does not run says so")]

mod audit;
mod crash;
mod made_up;
mod observe;
mod people;
mod postgres;
mod queries;
mod schema;
mod store;
mod words;

use ::store::Place;

/// Data of its own for one case; the folder goes with it.
pub struct Ground {
    place: Place,
    _folder: Option<tempfile::TempDir>,
}

impl Ground {
    fn sqlite() -> Ground {
        let folder = tempfile::tempdir().unwrap();
        Ground { place: Place::Folder(folder.path().join("data")), _folder: Some(folder) }
    }

    async fn open(&self) -> ::store::Store {
        ::store::Store::open(&self.place).await.unwrap()
    }
}

/// Runs async functions that take a [`Ground`] on both databases.
macro_rules! cases {
    ($($module:ident: $($case:ident)*;)*) => {
        mod sqlite { $(mod $module { $(
            #[tokio::test]
            async fn $case() { crate::$module::$case(crate::Ground::sqlite()).await }
        )* })* }
        mod on_postgres { $(mod $module { $(
            #[tokio::test]
            async fn $case() {
                if let Some(ground) = crate::postgres::ground().await { crate::$module::$case(ground).await }
            }
        )* })* }
    };
}

cases! {
    people: accounts_come_back_and_names_are_one what_opens_once_opens_once sessions_and_tokens_end
        the_log_is_searched;
    store: opens_what_it_made two_servers_cannot_share a_newer_folder_is_refused an_upgrade_from_every_version
        a_change_not_committed_is_forgotten changes_wait_for_each_other;
    audit: the_chain_holds a_changed_entry_is_told a_removed_entry_is_told long_and_odd_words_stay;
    observe: the_same_report_twice_changes_nothing numbers_of_assets_stay_after_a_restart
        a_rolled_back_report_leaves_no_memory while_it_learns_nothing_is_a_change
        after_learning_what_is_new_is_a_change accepted_changes_belong_to_the_baseline
        a_program_load_is_a_change_each_time other_firmware_and_addresses_are_changes
        a_silent_asset_is_told_and_speaks_again nothing_is_learned_from_an_incident
        what_was_learned_in_an_incident_is_unlearned each_baseline_learns_for_itself
        findings_live_through_their_states a_change_can_become_a_finding;
    words: a_word_is_never_overwritten many_are_confirmed_at_once nonsense_is_refused
        a_contradiction_is_a_finding assets_need_each_other;
    queries: assets_page_by_page_in_every_order assets_are_found_by_words_and_marks
        conversations_are_filtered_and_sorted hours_become_days every_number_of_the_overview_is_there
        the_inbox_is_a_list;
}
