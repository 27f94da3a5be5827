//! Many rows in one statement: what makes a database fast is few statements, not small ones.

use std::fmt::Write;

use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::Query;
use sqlx::{Any, AnyConnection, AssertSqlSafe};

use crate::StoreError;

/// Rows of one statement: measured, more gain little.
const ROWS_MAX: usize = 500;
/// Values of one statement: SQLite takes 32,766, PostgreSQL 65,535.
const VALUES_MAX: usize = 30_000;

/// One value of a row.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    Int(i64),
    Text(String),
    Code(&'static str),
    IntOrNone(Option<i64>),
    TextOrNone(Option<String>),
}

impl From<i64> for Value {
    fn from(value: i64) -> Value {
        Value::Int(value)
    }
}

impl From<u64> for Value {
    /// Counters beyond what the database can hold stay at its end.
    fn from(value: u64) -> Value {
        Value::Int(count(value))
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Value {
        Value::Int(i64::from(value))
    }
}

impl From<String> for Value {
    fn from(value: String) -> Value {
        Value::Text(value)
    }
}

impl From<&'static str> for Value {
    fn from(value: &'static str) -> Value {
        Value::Code(value)
    }
}

impl From<Option<i64>> for Value {
    fn from(value: Option<i64>) -> Value {
        Value::IntOrNone(value)
    }
}

impl From<Option<String>> for Value {
    fn from(value: Option<String>) -> Value {
        Value::TextOrNone(value)
    }
}

/// A counter as the database holds it.
pub(crate) fn count(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// Rows for one statement, all of the same width.
#[derive(Debug, Clone)]
pub(crate) struct Rows {
    width: usize,
    values: Vec<Value>,
}

impl Rows {
    /// None yet, of `width` values each.
    pub(crate) fn new(width: usize) -> Rows {
        Rows { width, values: Vec::new() }
    }

    /// One more.
    pub(crate) fn push<const N: usize>(&mut self, row: [Value; N]) {
        debug_assert_eq!(N, self.width, "a row of another width");
        self.values.extend(row);
    }

    /// How many.
    pub(crate) fn len(&self) -> usize {
        self.values.len() / self.width
    }

    /// Runs `head (VALUES...) tail` for all rows.
    pub(crate) async fn run(
        self,
        connection: &mut AnyConnection,
        head: &str,
        tail: &str,
    ) -> Result<(), StoreError> {
        let mut statement = Statement::of(connection);
        for part in self.parts() {
            statement.query(head, tail, self.width, part).execute(&mut *connection).await?;
        }
        Ok(())
    }

    /// The same for a statement that answers rows.
    pub(crate) async fn fetch(
        self,
        connection: &mut AnyConnection,
        head: &str,
        tail: &str,
    ) -> Result<Vec<AnyRow>, StoreError> {
        let mut statement = Statement::of(connection);
        let mut rows = Vec::new();
        for part in self.parts() {
            rows.extend(statement.query(head, tail, self.width, part).fetch_all(&mut *connection).await?);
        }
        Ok(rows)
    }

    fn parts(&self) -> impl Iterator<Item = &[Value]> {
        let rows = ROWS_MAX.min(VALUES_MAX / self.width);
        self.values.chunks(rows * self.width)
    }
}

/// The text of the last statement; parts of the same length share it.
#[derive(Default)]
struct Statement {
    text: String,
    is_numbered: bool,
    values: usize,
}

impl Statement {
    /// SQLite looks a numbered value such as `$7` up among all names, one by one, so that many values take quadratic
    /// time; there values go by their place.
    fn of(connection: &AnyConnection) -> Statement {
        Statement { is_numbered: connection.backend_name() != "SQLite", ..Statement::default() }
    }

    fn query(
        &mut self,
        head: &str,
        tail: &str,
        width: usize,
        part: &[Value],
    ) -> Query<'static, Any, AnyArguments> {
        if self.values != part.len() {
            self.values = part.len();
            self.text = text(head, tail, width, part.len(), self.is_numbered);
        }
        let full = part.len() == ROWS_MAX * width;
        let mut query = sqlx::query(AssertSqlSafe(self.text.clone())).persistent(full);
        for value in part {
            query = match value {
                Value::Int(value) => query.bind(*value),
                Value::Text(value) => query.bind(value.clone()),
                Value::Code(value) => query.bind(*value),
                Value::IntOrNone(value) => query.bind(*value),
                Value::TextOrNone(value) => query.bind(value.clone()),
            };
        }
        query
    }
}

fn text(head: &str, tail: &str, width: usize, values: usize, is_numbered: bool) -> String {
    let mut text = String::with_capacity(head.len() + tail.len() + values * 8);
    text.push_str(head);
    text.push_str(" VALUES ");
    for at in 0..values {
        let before = if at == 0 {
            "("
        } else if at % width == 0 {
            "),("
        } else {
            ","
        };
        // Writing to a String cannot fail.
        let _ = match is_numbered {
            true => write!(text, "{before}${}", at + 1),
            false => write!(text, "{before}?"),
        };
    }
    text.push_str(") ");
    text.push_str(tail);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_its_values() {
        assert_eq!(
            text("INSERT INTO t (a, b)", "RETURNING a", 2, 4, true),
            "INSERT INTO t (a, b) VALUES ($1,$2),($3,$4) RETURNING a"
        );
        assert_eq!(text("INSERT INTO t (a)", "", 1, 2, false), "INSERT INTO t (a) VALUES (?),(?) ");
    }
}
