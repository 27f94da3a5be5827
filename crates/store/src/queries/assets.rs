//! Assets: the list, and everything of one.

use model::{Attribute, Confidence, Level, Role, Timestamp, Word};
use sqlx::Row;
use sqlx::any::AnyRow;

use super::paging::{Filter, Sort, bound, pattern};
use super::{Count, Cursor, Page};
use crate::words::{self, Spoken};
use crate::{Store, StoreError};

/// Values of a detail list that are shown at most.
const SHOWN_MAX: i64 = 500;

/// Which assets. Everything that is named must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AssetFilter {
    /// Words in name, address, vendor, product, serial number, firmware or owner.
    pub words: String,
    /// On this level, whether confirmed or inferred.
    pub level: Option<Level>,
    /// With this role.
    pub role: Option<Role>,
    /// In this zone.
    pub zone: Option<String>,
    /// By this maker.
    pub vendor: Option<String>,
    /// With a level that a person confirmed, or without.
    pub is_confirmed: Option<bool>,
    /// Silent for longer than the setting, or not.
    pub is_quiet: Option<bool>,
    /// Seen for the first time since.
    pub first_since: Option<Timestamp>,
}

/// By what assets are sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AssetSort {
    /// What it is called.
    #[default]
    Label,
    /// Its first address, as a number.
    Address,
    /// Its maker.
    Vendor,
    /// Its level.
    Level,
    /// Its role.
    Role,
    /// Its zone.
    Zone,
    /// When it was seen first.
    First,
    /// When it was seen last.
    Last,
}

/// An asset in a list. Inferred and confirmed values stand apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssetRow {
    /// Its number; never used again.
    pub id: i64,
    /// What it is called.
    pub label: String,
    /// Its first address.
    pub address: String,
    /// Maker.
    pub vendor: Option<String>,
    /// Product.
    pub product: Option<String>,
    /// Firmware.
    pub firmware: Option<String>,
    /// Level by evidence.
    pub level_inferred: Option<Level>,
    /// How sure, in percent.
    pub level_percent: i64,
    /// Level by a person's word.
    pub level_confirmed: Option<Level>,
    /// Role by evidence.
    pub role_inferred: Option<Role>,
    /// Role by a person's word.
    pub role_confirmed: Option<Role>,
    /// Zone by evidence.
    pub zone_inferred: Option<String>,
    /// Zone by a person's word.
    pub zone_confirmed: Option<String>,
    /// How much depends on it.
    pub criticality: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// True for safety systems.
    pub safety: bool,
    /// Since when it is silent.
    pub quiet_since: Option<Timestamp>,
    /// First time seen.
    pub first: Timestamp,
    /// Last time seen.
    pub last: Timestamp,
}

impl AssetRow {
    /// The level that holds: a person's word before evidence.
    pub fn level(&self) -> Option<Level> {
        self.level_confirmed.or(self.level_inferred)
    }

    /// The role that holds.
    pub fn role(&self) -> Option<Role> {
        self.role_confirmed.or(self.role_inferred)
    }

    /// The zone that holds.
    pub fn zone(&self) -> Option<&str> {
        self.zone_confirmed.as_deref().or(self.zone_inferred.as_deref())
    }
}

/// Everything of one asset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssetDetail {
    /// As in the list.
    pub row: AssetRow,
    /// Order number.
    pub order_number: Option<String>,
    /// Hardware revision.
    pub hardware: Option<String>,
    /// Serial number.
    pub serial: Option<String>,
    /// Operating system.
    pub os: Option<String>,
    /// Why the level, in English and German, one reason a line.
    pub level_reasons: [String; 2],
    /// All roles that evidence speaks for, surest first, separated by spaces.
    pub roles: String,
    /// Why the roles.
    pub role_reasons: [String; 2],
    /// A person's note.
    pub note: Option<String>,
    /// How it is brought back after a loss.
    pub recovery: Option<String>,
    /// VLANs, separated by spaces.
    pub vlans: String,
    /// Protocols, as in `s7comm:serves`, separated by spaces.
    pub protocols: String,
    /// Frames it sent.
    pub packets_sent: i64,
    /// Addresses of its interfaces.
    pub addresses: Vec<Address>,
    /// Every value that was stated, latest first.
    pub facts: Vec<FactRow>,
    /// What people said.
    pub words: Vec<Spoken>,
    /// What it needs.
    pub needs: Vec<Dependency>,
    /// What needs it.
    pub needed_by: Vec<Dependency>,
}

impl AssetDetail {
    /// Who said this word last, if it holds.
    pub fn said(&self, word: Word) -> Option<&Spoken> {
        self.words.iter().find(|spoken| spoken.word == word).filter(|spoken| !spoken.value.is_empty())
    }
}

/// An address of an asset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// `ip` or `mac`.
    pub kind: String,
    /// The address.
    pub value: String,
    /// First time.
    pub first: Timestamp,
    /// Last time.
    pub last: Timestamp,
}

/// A value that was stated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactRow {
    /// Of what.
    pub attribute: Attribute,
    /// The value.
    pub value: String,
    /// Where it was read.
    pub source: String,
    /// How far it can be trusted.
    pub confidence: Confidence,
    /// First time.
    pub first: Timestamp,
    /// Last time.
    pub last: Timestamp,
}

/// One asset needs another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependency {
    /// The other asset.
    pub asset: i64,
    /// What it is called.
    pub label: String,
    /// What for.
    pub note: String,
    /// Who said so.
    pub actor: String,
}

const COLUMNS: &str = "label, address, vendor, product, firmware, level_inferred, level_percent, level_confirmed, \
     role_inferred, role_confirmed, zone_inferred, zone_confirmed, criticality, owner, safety, quiet_at, first_at, \
     last_at";

/// One page of the list.
pub async fn list(
    store: &Store,
    filter: &AssetFilter,
    sort: AssetSort,
    descending: bool,
    after: Option<&Cursor>,
    rows: u32,
) -> Result<Page<AssetRow>, StoreError> {
    let (column, is_number) = match sort {
        AssetSort::Label => ("label", false),
        AssetSort::Address => ("address_order", false),
        AssetSort::Vendor => ("vendor_order", false),
        AssetSort::Level => ("level", false),
        AssetSort::Role => ("role", false),
        AssetSort::Zone => ("zone", false),
        AssetSort::First => ("first_at", true),
        AssetSort::Last => ("last_at", true),
    };
    let select = format!("SELECT id, {column}, {COLUMNS} FROM asset");
    let sort = Sort { column, id: "id", is_number, descending };
    condition(filter).page(store, &select, sort, after, rows, row).await
}

/// How many there are.
pub async fn count(store: &Store, filter: &AssetFilter) -> Result<Count, StoreError> {
    condition(filter).count(store, "asset").await
}

/// Numbers of the assets that hold these words, a few of them.
pub(super) async fn named(store: &Store, words: &str, most: i64) -> Result<Vec<i64>, StoreError> {
    let rows = sqlx::query(
        "SELECT id FROM asset WHERE site_id = 1 AND search LIKE $1 ESCAPE '\\' ORDER BY id LIMIT $2",
    )
    .bind(pattern(words))
    .bind(most)
    .fetch_all(store.readers())
    .await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

/// Every zone that an asset is in, and how many are.
pub async fn zones(store: &Store) -> Result<Vec<(String, i64)>, StoreError> {
    groups(store, "zone").await
}

/// Every maker, and how many assets it made.
pub async fn vendors(store: &Store) -> Result<Vec<(String, i64)>, StoreError> {
    groups(store, "vendor_order").await
}

/// How many assets share each value of a column; the most first.
pub(super) async fn groups(store: &Store, column: &str) -> Result<Vec<(String, i64)>, StoreError> {
    let statement = format!(
        "SELECT {column}, COUNT(*) FROM asset WHERE site_id = 1 GROUP BY {column} \
         ORDER BY COUNT(*) DESC, {column} LIMIT {SHOWN_MAX}"
    );
    let rows = bound(statement, &[]).fetch_all(store.readers()).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

/// Everything of one asset.
pub async fn get(store: &Store, id: i64) -> Result<AssetDetail, StoreError> {
    let statement = format!(
        "SELECT id, id, {COLUMNS}, order_number, hardware, serial, os, level_reasons, level_reasons_german, \
         roles_inferred, role_reasons, role_reasons_german, note, recovery, vlans, protocols, packets_sent \
         FROM asset WHERE site_id = 1 AND id = $1"
    );
    let found = bound(statement, &[id.into()]).fetch_optional(store.readers()).await?;
    let Some(found) = found else { return Err(StoreError::NotFound { what: "asset", id: id.to_string() }) };
    Ok(AssetDetail {
        row: row(&found)?,
        order_number: found.try_get(20)?,
        hardware: found.try_get(21)?,
        serial: found.try_get(22)?,
        os: found.try_get(23)?,
        level_reasons: [found.try_get(24)?, found.try_get(25)?],
        roles: found.try_get(26)?,
        role_reasons: [found.try_get(27)?, found.try_get(28)?],
        note: found.try_get(29)?,
        recovery: found.try_get(30)?,
        vlans: found.try_get(31)?,
        protocols: found.try_get(32)?,
        packets_sent: found.try_get(33)?,
        addresses: addresses(store, id).await?,
        facts: facts(store, id).await?,
        words: words::spoken(store, id).await?,
        needs: dependencies(store, "asset_id", "needs_asset_id", id).await?,
        needed_by: dependencies(store, "needs_asset_id", "asset_id", id).await?,
    })
}

fn condition(filter: &AssetFilter) -> Filter {
    let mut all = Filter::new("site_id = 1");
    if !filter.words.trim().is_empty() {
        let words = pattern(&filter.words);
        all.and(
            "(search LIKE ? ESCAPE '\\' OR LOWER(COALESCE(owner, '')) LIKE ? ESCAPE '\\')",
            [words.clone().into(), words.into()],
        );
    }
    let texts = [
        ("level = ?", filter.level.map(|level| level.to_string())),
        ("role = ?", filter.role.map(|role| role.to_string())),
        ("zone = ?", filter.zone.clone()),
        ("vendor_order = ?", filter.vendor.clone()),
    ];
    for (condition, value) in texts {
        if let Some(value) = value {
            all.and(condition, [value.replace('\0', "").into()]);
        }
    }
    if let Some(is_confirmed) = filter.is_confirmed {
        all.and(if is_confirmed { "level_confirmed IS NOT NULL" } else { "level_confirmed IS NULL" }, []);
    }
    if let Some(is_quiet) = filter.is_quiet {
        all.and(if is_quiet { "quiet_at IS NOT NULL" } else { "quiet_at IS NULL" }, []);
    }
    if let Some(since) = filter.first_since {
        all.and("first_at >= ?", [since.0.into()]);
    }
    all
}

fn row(row: &AnyRow) -> Result<AssetRow, StoreError> {
    let text = |at: usize| row.try_get::<Option<String>, _>(at);
    Ok(AssetRow {
        id: row.try_get(0)?,
        label: row.try_get(2)?,
        address: row.try_get(3)?,
        vendor: text(4)?,
        product: text(5)?,
        firmware: text(6)?,
        level_inferred: text(7)?.and_then(|text| text.parse().ok()),
        level_percent: row.try_get(8)?,
        level_confirmed: text(9)?.and_then(|text| text.parse().ok()),
        role_inferred: text(10)?.and_then(|text| text.parse().ok()),
        role_confirmed: text(11)?.and_then(|text| text.parse().ok()),
        zone_inferred: text(12)?,
        zone_confirmed: text(13)?,
        criticality: text(14)?,
        owner: text(15)?,
        safety: row.try_get::<i64, _>(16)? == 1,
        quiet_since: row.try_get::<Option<i64>, _>(17)?.map(Timestamp),
        first: Timestamp(row.try_get(18)?),
        last: Timestamp(row.try_get(19)?),
    })
}

async fn addresses(store: &Store, id: i64) -> Result<Vec<Address>, StoreError> {
    let statement = "SELECT kind, value, first_at, last_at FROM asset_address WHERE asset_id = $1 ORDER BY kind DESC, value";
    let rows = sqlx::query(statement).bind(id).fetch_all(store.readers()).await?;
    let address = |row: &AnyRow| {
        Ok(Address {
            kind: row.try_get(0)?,
            value: row.try_get(1)?,
            first: Timestamp(row.try_get(2)?),
            last: Timestamp(row.try_get(3)?),
        })
    };
    rows.iter().map(address).collect()
}

async fn facts(store: &Store, id: i64) -> Result<Vec<FactRow>, StoreError> {
    let rows = sqlx::query(
        "SELECT attribute, value, source, confidence, first_at, last_at FROM asset_fact WHERE asset_id = $1 \
         ORDER BY attribute, last_at DESC, value LIMIT $2",
    )
    .bind(id)
    .bind(SHOWN_MAX)
    .fetch_all(store.readers())
    .await?;
    let fact = |row: &AnyRow| {
        let (attribute, confidence): (String, String) = (row.try_get(0)?, row.try_get(3)?);
        Ok(FactRow {
            attribute: attribute
                .parse()
                .map_err(|()| StoreError::Unreadable { what: "the attribute", text: attribute })?,
            value: row.try_get(1)?,
            source: row.try_get(2)?,
            confidence: confidence
                .parse()
                .map_err(|()| StoreError::Unreadable { what: "the confidence", text: confidence })?,
            first: Timestamp(row.try_get(4)?),
            last: Timestamp(row.try_get(5)?),
        })
    };
    rows.iter().map(fact).collect()
}

async fn dependencies(store: &Store, own: &str, other: &str, id: i64) -> Result<Vec<Dependency>, StoreError> {
    let statement = format!(
        "SELECT d.{other}, a.label, d.note, d.actor FROM asset_dependency d JOIN asset a ON a.id = d.{other} \
         WHERE d.{own} = $1 ORDER BY a.label, a.id LIMIT {SHOWN_MAX}"
    );
    let rows = bound(statement, &[id.into()]).fetch_all(store.readers()).await?;
    let dependency = |row: &AnyRow| {
        Ok(Dependency {
            asset: row.try_get(0)?,
            label: row.try_get(1)?,
            note: row.try_get(2)?,
            actor: row.try_get(3)?,
        })
    };
    rows.iter().map(dependency).collect()
}
