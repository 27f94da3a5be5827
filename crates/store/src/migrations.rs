//! How the tables came to be: numbered steps, each in both dialects, each in one transaction.

use sqlx::{AnyConnection, Connection, Row};

use crate::{Engine, StoreError};

/// One step.
pub struct Migration {
    /// Its number, from 1 without gaps.
    pub number: i64,
    /// What it is about.
    pub name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

/// Every step, in order.
pub const MIGRATIONS: &[Migration] = &[
    Migration {
        number: 1,
        name: "plant",
        sqlite: include_str!("../migrations/sqlite/0001_plant.sql"),
        postgres: include_str!("../migrations/postgres/0001_plant.sql"),
    },
    Migration {
        number: 2,
        name: "people",
        sqlite: include_str!("../migrations/sqlite/0002_people.sql"),
        postgres: include_str!("../migrations/postgres/0002_people.sql"),
    },
];

const TABLE: &str =
    "CREATE TABLE IF NOT EXISTS migration (number BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL)";

/// Brings the tables up to migration `last`; `place` is for messages.
pub(crate) async fn migrate(
    connection: &mut AnyConnection,
    engine: Engine,
    place: &str,
    last: i64,
) -> Result<(), StoreError> {
    sqlx::raw_sql(TABLE).execute(&mut *connection).await?;
    let found = version(connection).await?;
    let known = MIGRATIONS.last().map_or(0, |migration| migration.number);
    if found > known {
        return Err(StoreError::Newer { place: place.to_string(), found, known });
    }
    for migration in MIGRATIONS.iter().filter(|step| step.number > found && step.number <= last) {
        step(connection, engine, migration).await.map_err(|source| StoreError::Migration {
            place: place.to_string(),
            number: migration.number,
            source: Box::new(source),
        })?;
    }
    Ok(())
}

/// Number of the last migration that was done; 0 when there is none.
pub(crate) async fn version(connection: &mut AnyConnection) -> Result<i64, StoreError> {
    let row = sqlx::query("SELECT COALESCE(MAX(number), 0) FROM migration").fetch_one(connection).await?;
    Ok(row.try_get(0)?)
}

async fn step(
    connection: &mut AnyConnection,
    engine: Engine,
    migration: &Migration,
) -> Result<(), StoreError> {
    let mut transaction = connection.begin().await?;
    let script = match engine {
        Engine::Sqlite => migration.sqlite,
        Engine::Postgres => migration.postgres,
    };
    sqlx::raw_sql(script).execute(&mut *transaction).await?;
    sqlx::query("INSERT INTO migration (number, name) VALUES ($1, $2)")
        .bind(migration.number)
        .bind(migration.name)
        .execute(&mut *transaction)
        .await?;
    Ok(transaction.commit().await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_no_gaps() {
        for (number, migration) in (1..).zip(MIGRATIONS) {
            assert_eq!(migration.number, number, "{}", migration.name);
        }
    }
}
