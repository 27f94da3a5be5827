//! Both databases have the same tables, columns, kinds and indexes.

use std::collections::BTreeSet;

use sqlx::{AnyConnection, Row};

use crate::Ground;
use crate::store::beside;

const SQLITE: &str = "SELECT m.name || '.' || c.name || ' ' || c.type || \
     CASE WHEN c.\"notnull\" = 1 OR c.pk > 0 THEN ' NOT NULL' ELSE '' END || \
     CASE WHEN c.hidden > 0 THEN ' GENERATED' ELSE '' END \
     FROM sqlite_master m, pragma_table_xinfo(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'";
const POSTGRES: &str = "SELECT CAST(table_name || '.' || column_name || ' ' || data_type || \
     CASE WHEN is_nullable = 'NO' THEN ' NOT NULL' ELSE '' END || \
     CASE WHEN is_generated = 'ALWAYS' THEN ' GENERATED' ELSE '' END AS TEXT) \
     FROM information_schema.columns WHERE table_schema = 'public'";
const SQLITE_INDEXES: &str = "SELECT m.tbl_name || '.' || m.name || ' ' || \
     (SELECT group_concat(i.name, ' ') FROM pragma_index_info(m.name) i) \
     FROM sqlite_master m WHERE m.type = 'index' AND m.name NOT LIKE 'sqlite_%'";
const POSTGRES_INDEXES: &str = "SELECT CAST(t.relname || '.' || c.relname || ' ' || \
     (SELECT string_agg(a.attname, ' ' ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = c.oid) AS TEXT) \
     FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid \
     JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND NOT x.indisprimary";

async fn lines(connection: &mut AnyConnection, statement: &'static str) -> BTreeSet<String> {
    let rows = sqlx::query(statement).fetch_all(connection).await.unwrap();
    let line = |text: String| text.to_lowercase().replace("integer", "bigint");
    rows.iter().map(|row| line(row.try_get(0).unwrap())).collect()
}

#[tokio::test]
async fn both_schemas_are_the_same() {
    let (sqlite, Some(postgres)) = (Ground::sqlite(), crate::postgres::ground().await) else { return };
    sqlite.open().await.close().await;
    postgres.open().await.close().await;
    let (mut sqlite, mut postgres) = (beside(&sqlite).await, beside(&postgres).await);
    let tables = lines(&mut sqlite, SQLITE).await;
    assert!(tables.len() > 100, "{}", tables.len());
    assert_eq!(tables, lines(&mut postgres, POSTGRES).await);
    assert_eq!(lines(&mut sqlite, SQLITE_INDEXES).await, lines(&mut postgres, POSTGRES_INDEXES).await);
}
