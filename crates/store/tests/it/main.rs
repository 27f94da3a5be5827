//! One suite for both databases: every case of `cases!` runs on SQLite and on PostgreSQL.

mod audit;
mod postgres;
mod schema;
mod store;

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
    store: opens_what_it_made two_servers_cannot_share a_newer_folder_is_refused an_upgrade_from_every_version
        a_change_not_committed_is_forgotten changes_wait_for_each_other;
    audit: the_chain_holds a_changed_entry_is_told a_removed_entry_is_told long_and_odd_words_stay;
}
