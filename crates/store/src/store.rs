//! The opened store: one writer, many readers, on either database.

use std::fs::File;
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError};
use std::time::Duration;

use sqlx::any::AnyPoolOptions;
use sqlx::{Any, AnyConnection, AnyPool, Connection};

use crate::known::{Ends, Known, KnownConversation};
use crate::migrations::{MIGRATIONS, migrate};
use crate::place::{self, DATABASE};
use crate::{Place, StoreError};

/// Connections that read at the same time.
const READERS_MAX: u32 = 4;
/// How long a change waits for its turn to write, or a page for its turn to read.
const WAIT_MAX: Duration = Duration::from_secs(10);
/// Our number among PostgreSQL's advisory locks ("SLUICE" in ASCII): who holds it is the one server on a database.
const POSTGRES_LOCK: i64 = 0x534c_5549_4345;
/// What PostgreSQL answers when a lock was not free in time (Appendix A, class 55).
const LOCK_NOT_AVAILABLE: &str = "55P03";

/// Each connection to SQLite: a write is on the disk when it is said to be; the log of writes stays small.
const SQLITE_SETTINGS: &str = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
     PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -32768; \
     PRAGMA journal_size_limit = 67108864;";
const SQLITE_READER: &str = "PRAGMA busy_timeout = 5000; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16384; \
     PRAGMA query_only = ON;";

/// Which database it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// In the data folder.
    Sqlite,
    /// On a server.
    Postgres,
}

/// What Sluice remembers. Clones share the same store.
#[derive(Debug, Clone)]
pub struct Store {
    engine: Engine,
    place: Place,
    writer: AnyPool,
    readers: AnyPool,
    known: Arc<Mutex<Known>>,
    /// Held as long as the store lives; only a folder has one.
    _lock: Option<Arc<File>>,
}

/// A change in the making: all of it is stored by [`Transaction::commit`], or none of it.
///
/// There is one at a time, so what one reads is true until it commits.
#[derive(Debug)]
pub struct Transaction {
    inner: sqlx::Transaction<'static, Any>,
    engine: Engine,
    known: Arc<Mutex<Known>>,
    learned: Vec<(Ends, KnownConversation)>,
    forget: bool,
}

impl Store {
    /// Opens the data at `place`, makes them where there are none, and brings their tables up to date.
    pub async fn open(place: &Place) -> Result<Store, StoreError> {
        let last = MIGRATIONS.last().map_or(0, |migration| migration.number);
        Store::open_at(place, last).await
    }

    /// The same with the tables as of migration `last` alone, for tests of upgrades.
    pub async fn open_at(place: &Place, last: i64) -> Result<Store, StoreError> {
        static DRIVERS: Once = Once::new();
        DRIVERS.call_once(sqlx::any::install_default_drivers);
        let store = match place {
            Place::Folder(folder) => {
                let lock = place::take(folder)?;
                let file = folder.join(DATABASE);
                let writer = pool(1, &place::sqlite_address(&file, "rwc")?, SQLITE_SETTINGS).await?;
                let readers = lazy_pool(&place::sqlite_address(&file, "rw")?, SQLITE_READER)?;
                let _lock = Some(Arc::new(lock));
                Store {
                    engine: Engine::Sqlite,
                    place: place.clone(),
                    writer,
                    readers,
                    known: Arc::default(),
                    _lock,
                }
            }
            Place::Postgres(address) => {
                // A pool tries again and again, then tells only that it took too long; one connection tells why.
                AnyConnection::connect(address).await?.close().await?;
                let writer = pool(1, address, "").await?;
                let readers = lazy_pool(address, "")?;
                Store {
                    engine: Engine::Postgres,
                    place: place.clone(),
                    writer,
                    readers,
                    known: Arc::default(),
                    _lock: None,
                }
            }
        };
        let mut connection = store.writer.acquire().await?;
        store.take_server(&mut connection).await?;
        migrate(&mut connection, store.engine, &place.to_string(), last).await?;
        drop(connection);
        Ok(store)
    }

    /// Begins a change. It waits until no other is in the making.
    pub async fn begin(&self) -> Result<Transaction, StoreError> {
        let mut inner = match self.engine {
            Engine::Sqlite => self.begin_sqlite().await?,
            Engine::Postgres => self.writer.begin().await?,
        };
        // Again each time: after a lost connection, another server may have come first.
        self.take_server(&mut inner).await?;
        known(&self.known).begin();
        let known = self.known.clone();
        Ok(Transaction { inner, engine: self.engine, known, learned: Vec::new(), forget: false })
    }

    /// On a full disk SQLite takes a change back by itself, and its connection no longer knows where it stands: then
    /// another takes its place.
    async fn begin_sqlite(&self) -> Result<sqlx::Transaction<'static, Any>, StoreError> {
        const BEGIN: &str = "BEGIN IMMEDIATE";
        match self.writer.begin_with(BEGIN).await {
            Err(sqlx::Error::InvalidSavePointStatement) => {
                self.writer.acquire().await?.close().await?;
                Ok(self.writer.begin_with(BEGIN).await?)
            }
            begun => Ok(begun?),
        }
    }

    /// Most pages that the SQLite file may have; beyond, it answers as on a full disk. Never fewer than it has.
    pub async fn limit_pages(&self, pages: u32) -> Result<(), StoreError> {
        if self.engine == Engine::Sqlite {
            let statement = format!("PRAGMA max_page_count = {pages}");
            sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&self.writer).await?;
        }
        Ok(())
    }

    /// Which database it is.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// Where the data are.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Ends every connection once its work is done, and lets another Sluice in.
    pub async fn close(self) {
        self.readers.close().await;
        self.writer.close().await;
    }

    /// For reading; pages use it.
    pub(crate) fn readers(&self) -> &AnyPool {
        &self.readers
    }

    /// The lock of a server belongs to the writer's one connection and goes with it; a folder has its file.
    async fn take_server(&self, connection: &mut AnyConnection) -> Result<(), StoreError> {
        if self.engine == Engine::Sqlite {
            return Ok(());
        }
        // A program that ended a moment ago holds it until its session is gone: the database waits for that.
        sqlx::query("SET lock_timeout = '3s'").execute(&mut *connection).await?;
        let taken = sqlx::query("SELECT CAST(pg_advisory_lock($1) AS TEXT)")
            .bind(POSTGRES_LOCK)
            .fetch_one(&mut *connection)
            .await;
        match taken {
            Ok(_) => {}
            Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some(LOCK_NOT_AVAILABLE) => {
                return Err(StoreError::InUse { place: self.place.to_string() });
            }
            Err(error) => return Err(error.into()),
        }
        sqlx::query("SET lock_timeout = 0").execute(connection).await?;
        Ok(())
    }
}

impl Transaction {
    /// Stores the change for good.
    pub async fn commit(self) -> Result<(), StoreError> {
        // Before the database says yes, nobody else can begin; if it says no, or nobody waits for its answer, the
        // next change begins with an empty memory.
        known(&self.known).put(self.learned, self.forget);
        self.inner.commit().await?;
        known(&self.known).committed();
        Ok(())
    }

    /// Forgets the change. Dropping it does the same.
    pub async fn rollback(self) -> Result<(), StoreError> {
        Ok(self.inner.rollback().await?)
    }

    /// Which database it is.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// What is remembered of these conversations, without asking the database.
    pub(crate) fn recall(&self, ends: &[Ends]) -> Vec<Option<KnownConversation>> {
        let known = known(&self.known);
        ends.iter().map(|ends| if self.forget { None } else { known.get(ends) }).collect()
    }

    /// Remembers what is now known of conversations, once this change is stored.
    pub(crate) fn remember(&mut self, learned: impl IntoIterator<Item = (Ends, KnownConversation)>) {
        self.learned.extend(learned);
    }

    /// Forgets what is remembered of conversations: rows were changed around it.
    pub(crate) fn forget_known(&mut self) {
        self.learned.clear();
        self.forget = true;
    }

    /// For statements.
    pub(crate) fn connection(&mut self) -> &mut AnyConnection {
        &mut self.inner
    }
}

/// A panic elsewhere leaves the memory as it was after the last change.
fn known(known: &Mutex<Known>) -> MutexGuard<'_, Known> {
    known.lock().unwrap_or_else(PoisonError::into_inner)
}

fn options(connections: u32, settings: &'static str) -> AnyPoolOptions {
    AnyPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(WAIT_MAX)
        .idle_timeout(None)
        .max_lifetime(None)
        .after_connect(move |connection, _| {
            Box::pin(async move {
                if !settings.is_empty() {
                    sqlx::raw_sql(settings).execute(connection).await?;
                }
                Ok(())
            })
        })
}

async fn pool(connections: u32, address: &str, settings: &'static str) -> Result<AnyPool, StoreError> {
    Ok(options(connections, settings).connect(address).await?)
}

fn lazy_pool(address: &str, settings: &'static str) -> Result<AnyPool, StoreError> {
    Ok(options(READERS_MAX, settings).connect_lazy(address)?)
}
