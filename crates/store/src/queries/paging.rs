//! A page of a list. The next one begins behind the last row, wherever that has moved to; so pages stay fast and no row
//! is shown twice.

use std::fmt;
use std::str::FromStr;

use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::Query;
use sqlx::{Any, AssertSqlSafe, Row};

use crate::bulk::Value;
use crate::{Store, StoreError};

/// Rows of one page at most.
pub const PAGE_MAX: u32 = 1_000;
/// Counting ends here; beyond, a list is "more than this".
pub const COUNT_MAX: i64 = 10_000;

/// Where a page ended: the value by which it is sorted, and the number of the last row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    pub(crate) value: String,
    pub(crate) id: i64,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}~{}", self.id, self.value)
    }
}

impl FromStr for Cursor {
    type Err = ();

    fn from_str(text: &str) -> Result<Cursor, ()> {
        let (id, value) = text.split_once('~').ok_or(())?;
        Ok(Cursor { id: id.parse().map_err(|_| ())?, value: value.replace('\0', "") })
    }
}

/// A page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// Its rows.
    pub rows: Vec<T>,
    /// Where the next page begins; none at the end.
    pub next: Option<Cursor>,
}

/// How many rows a filter lets through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// So many.
    Exactly(i64),
    /// More than [`COUNT_MAX`].
    Many,
}

/// A condition in the making: its text, and its values in order.
#[derive(Debug, Clone, Default)]
pub(super) struct Filter {
    text: String,
    values: Vec<Value>,
}

impl Filter {
    /// Of the one site.
    pub(super) fn new(condition: &str) -> Filter {
        Filter { text: condition.to_string(), values: Vec::new() }
    }

    /// And this; each `?` stands for the next of the values.
    pub(super) fn and<const N: usize>(&mut self, condition: &str, values: [Value; N]) {
        self.text.push_str(" AND ");
        let mut values = values.into_iter();
        for (at, part) in condition.split('?').enumerate() {
            if at > 0 {
                self.values.extend(values.next());
                self.text.push_str(&format!("${}", self.values.len()));
            }
            self.text.push_str(part);
        }
    }

    /// And one of these numbers.
    pub(super) fn and_one_of(&mut self, columns: &[&str], ids: &[i64]) {
        let list: Vec<String> = ids.iter().map(ToString::to_string).collect();
        let list = if list.is_empty() { "0".to_string() } else { list.join(", ") };
        let parts: Vec<String> = columns.iter().map(|column| format!("{column} IN ({list})")).collect();
        self.text.push_str(&format!(" AND ({})", parts.join(" OR ")));
    }

    /// How many rows of the table it lets through, up to the bound.
    pub(super) async fn count(&self, store: &Store, table: &str) -> Result<Count, StoreError> {
        let statement = format!(
            "SELECT COUNT(*) FROM (SELECT 1 FROM {table} WHERE {} LIMIT {}) t",
            self.text,
            COUNT_MAX + 1
        );
        let row = bound(statement, &self.values).fetch_one(store.readers()).await?;
        let count: i64 = row.try_get(0)?;
        Ok(if count > COUNT_MAX { Count::Many } else { Count::Exactly(count) })
    }

    /// One page of `select`, sorted by a column and the number `id`; `is_number` tells what the column holds. The
    /// select's first two columns are the number and the sort value.
    pub(super) async fn page<T>(
        mut self,
        store: &Store,
        select: &str,
        sort: Sort<'_>,
        after: Option<&Cursor>,
        rows: u32,
        read: impl Fn(&AnyRow) -> Result<T, StoreError>,
    ) -> Result<Page<T>, StoreError> {
        let rows = rows.clamp(1, PAGE_MAX);
        let Sort { column, id, is_number, descending } = sort;
        let (sign, order) = if descending { ("<", "DESC") } else { (">", "ASC") };
        if let Some(after) = after {
            let value = if is_number {
                after.value.parse().unwrap_or(0_i64).into()
            } else {
                after.value.clone().into()
            };
            self.and(&format!("({column}, {id}) {sign} (?, ?)"), [value, after.id.into()]);
        }
        let statement = format!(
            "{select} WHERE {} ORDER BY {column} {order}, {id} {order} LIMIT {}",
            self.text,
            i64::from(rows) + 1
        );
        let mut found = bound(statement, &self.values).fetch_all(store.readers()).await?;
        let is_more = found.len() > rows as usize;
        found.truncate(rows as usize);
        let next = match found.last().filter(|_| is_more) {
            Some(last) => {
                let value = if is_number { last.try_get::<i64, _>(1)?.to_string() } else { last.try_get(1)? };
                Some(Cursor { value, id: last.try_get(0)? })
            }
            None => None,
        };
        Ok(Page { rows: found.iter().map(read).collect::<Result<_, _>>()?, next })
    }
}

/// How a list is sorted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sort<'a> {
    pub column: &'a str,
    pub id: &'a str,
    pub is_number: bool,
    pub descending: bool,
}

/// A statement with its values.
pub(super) fn bound(statement: String, values: &[Value]) -> Query<'static, Any, AnyArguments> {
    let mut query = sqlx::query(AssertSqlSafe(statement));
    for value in values {
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

/// Words as they are looked for: small letters, and nothing that the database takes for a pattern.
pub(super) fn pattern(words: &str) -> String {
    let words = words.trim().to_lowercase().replace('\0', "");
    format!("%{}%", words.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_is_written() {
        let cursor = Cursor { value: "a~b".to_string(), id: 7 };
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        assert_eq!("nonsense".parse::<Cursor>(), Err(()));
    }

    #[test]
    fn conditions_number_their_values() {
        let mut filter = Filter::new("site_id = 1");
        filter.and("a = ?", [1_i64.into()]);
        filter.and("(b = ? OR c = ?)", [2_i64.into(), 3_i64.into()]);
        assert_eq!(filter.text, "site_id = 1 AND a = $1 AND (b = $2 OR c = $3)");
        assert_eq!(filter.values.len(), 3);
    }
}
