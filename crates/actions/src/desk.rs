//! The desk: where everybody comes who wants something of Sluice. It holds the store and what logins need.

use std::sync::{Arc, Mutex, PoisonError};

use store::{Place, Store, StoreError};
use tokio::sync::Semaphore;

use crate::guard::Guard;
use crate::{ActionError, secrets};

/// Passwords that are hashed at the same time: each takes 19 MiB and a core for a moment.
const HASHES_AT_ONCE: usize = 2;
/// Hashes that wait for their turn; who comes later is told to wait.
const HASHES_WAITING_MAX: usize = 32;

/// The one way in. Clones share the same store.
#[derive(Debug, Clone)]
pub struct Desk {
    store: Store,
    guard: Arc<Mutex<Guard>>,
    hashing: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

impl Desk {
    /// Opens the data at `place`: a folder, or the address of a PostgreSQL database.
    pub async fn open(place: &str) -> Result<Desk, StoreError> {
        Ok(Desk::with(Store::open(&Place::read(place)).await?))
    }

    /// A desk before an opened store.
    pub fn with(store: Store) -> Desk {
        Desk {
            store,
            guard: Arc::default(),
            hashing: Arc::new(Semaphore::new(HASHES_AT_ONCE)),
            waiting: Arc::new(Semaphore::new(HASHES_AT_ONCE + HASHES_WAITING_MAX)),
        }
    }

    /// What Sluice remembers.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Ends the work with the store.
    pub async fn close(self) {
        self.store.close().await;
    }

    /// The bookkeeping of tries; a panic elsewhere does not make it useless.
    pub(crate) fn guard(&self) -> std::sync::MutexGuard<'_, Guard> {
        self.guard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hashes a new password.
    pub(crate) async fn hash_password(&self, password: &str) -> Result<String, ActionError> {
        let password = password.to_string();
        self.hashed(move || secrets::hash_password(&password)).await
    }

    /// Whether a password has this hash.
    pub(crate) async fn password_fits(&self, password: &str, stored: &str) -> Result<bool, ActionError> {
        let (password, stored) = (password.to_string(), stored.to_string());
        self.hashed(move || secrets::fits(&password, &stored)).await
    }

    /// Runs slow work on a thread of its own, a few at a time.
    async fn hashed<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, ActionError> + Send + 'static,
    ) -> Result<T, ActionError> {
        let _place = self.waiting.try_acquire().map_err(|_| crate::Refusal::Slowed { seconds: 2 })?;
        let _turn = self.hashing.acquire().await.map_err(|_| ActionError::System { what: "waiting" })?;
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|_| ActionError::System { what: "hashing a password" })?
    }
}
