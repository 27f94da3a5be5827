//! What devices state of themselves: every value stays on record, and one is the present one.

use std::collections::{BTreeMap, HashMap};
use std::str::FromStr;

use model::{Asset, Attribute, Confidence, Fact, Timestamp};
use sqlx::Row;

use super::assets::clean;
use crate::bulk::{Rows, Value};
use crate::settings::DAY;
use crate::{StoreError, Transaction};

/// The attributes of which an asset has one present value, in the order of their columns.
pub(super) const PRESENT: [Attribute; 8] = [
    Attribute::Name,
    Attribute::Vendor,
    Attribute::Product,
    Attribute::OrderNumber,
    Attribute::Hardware,
    Attribute::Firmware,
    Attribute::Serial,
    Attribute::Os,
];

/// Values on record of one asset at most; new ones beyond are not stored.
const FACTS_MAX: i64 = 500;
/// A value that nobody stated for this long gives way to any other, in nanoseconds (30 days).
const STALE: i64 = 30 * DAY;

/// Where a value was stated before.
#[derive(Debug, Clone)]
pub(super) struct Known {
    value: String,
    source: String,
    confidence: Confidence,
    last: Timestamp,
}

/// What is on record of the present attributes of some assets.
pub(super) type OnRecord = HashMap<(i64, Attribute), Vec<Known>>;

/// Reads what is on record of these assets.
pub(super) async fn on_record(tx: &mut Transaction, assets: &[i64]) -> Result<OnRecord, StoreError> {
    let mut ids = Rows::new(1);
    assets.iter().for_each(|id| ids.push([Value::from(*id)]));
    let rows = ids
        .fetch(
            tx.connection(),
            "WITH v(id) AS (",
            ") SELECT f.asset_id, f.attribute, f.value, f.source, f.confidence, f.last_at \
             FROM v JOIN asset_fact f ON f.asset_id = v.id",
        )
        .await?;
    let mut found = OnRecord::new();
    for row in rows {
        let (attribute, confidence): (String, String) = (row.try_get(1)?, row.try_get(4)?);
        let (Ok(attribute), Ok(confidence)) =
            (Attribute::from_str(&attribute), Confidence::from_str(&confidence))
        else {
            continue;
        };
        let known = Known {
            value: row.try_get(2)?,
            source: row.try_get(3)?,
            confidence,
            last: Timestamp(row.try_get(5)?),
        };
        found.entry((row.try_get(0)?, attribute)).or_default().push(known);
    }
    Ok(found)
}

/// The best reported value of an attribute.
pub(super) fn best(asset: &Asset, attribute: Attribute) -> Option<&Fact> {
    asset.facts.iter().find(|fact| fact.attribute == attribute)
}

/// Whether a reported value takes the place of the present one: it comes from the same source, is surer, or nobody has
/// stated the present one for long. A source that still states both changes nothing.
pub(super) fn replaces(present: &str, fact: &Fact, asset: &Asset, known: &[Known]) -> bool {
    let mut also = asset.facts.iter().filter(|other| other.attribute == fact.attribute);
    if also.any(|other| clean(&other.value) == present && other.source == fact.source) {
        return false;
    }
    let mut stated = known.iter().filter(|known| known.value == present).peekable();
    if stated.peek().is_none() {
        return true;
    }
    let (mut surest, mut last) = (Confidence::Guessed, i64::MIN);
    for known in stated {
        if known.source == fact.source {
            return true;
        }
        surest = surest.min(known.confidence);
        last = last.max(known.last.0);
    }
    fact.confidence < surest || (fact.confidence == surest && fact.last.0.saturating_sub(last) > STALE)
}

/// Writes every reported value: new ones, and when known ones were stated last.
pub(super) async fn write(tx: &mut Transaction, reported: &[(i64, &Asset)]) -> Result<(), StoreError> {
    let mut folded: BTreeMap<(i64, Attribute, String, &str), Fact> = BTreeMap::new();
    for (id, asset) in reported {
        for fact in &asset.facts {
            let key = (*id, fact.attribute, clean(&fact.value), fact.source);
            let entry = folded.entry(key).or_insert_with(|| fact.clone());
            entry.first = entry.first.min(fact.first);
            entry.last = entry.last.max(fact.last);
        }
    }
    let mut rows = Rows::new(7);
    for ((id, attribute, value, source), fact) in folded {
        rows.push([
            id.into(),
            attribute.as_str().into(),
            value.into(),
            source.to_string().into(),
            fact.confidence.as_str().into(),
            fact.first.0.into(),
            fact.last.0.into(),
        ]);
    }
    let bounded = format!(
        ") INSERT INTO asset_fact (asset_id, attribute, value, source, confidence, first_at, last_at) \
         SELECT * FROM v WHERE (SELECT COUNT(*) FROM asset_fact f WHERE f.asset_id = v.a) < {FACTS_MAX} \
         OR EXISTS (SELECT 1 FROM asset_fact f WHERE f.asset_id = v.a AND f.attribute = v.b AND f.value = v.c \
         AND f.source = v.d) \
         ON CONFLICT (asset_id, attribute, value, source) DO UPDATE SET confidence = excluded.confidence, \
         last_at = CASE WHEN excluded.last_at > asset_fact.last_at THEN excluded.last_at ELSE asset_fact.last_at END"
    );
    rows.run(tx.connection(), "WITH v(a, b, c, d, e, f, g) AS (", &bounded).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fact(value: &str, source: &'static str, confidence: Confidence, last: i64) -> Fact {
        let (first, last) = (Timestamp(last), Timestamp(last));
        Fact { attribute: Attribute::Firmware, value: value.into(), source, confidence, first, last }
    }

    fn known(value: &str, source: &str, confidence: Confidence) -> Known {
        Known { value: value.into(), source: source.into(), confidence, last: Timestamp(0) }
    }

    fn replaces_present(facts: &[Fact], known: &[Known]) -> bool {
        let mut asset = super::super::assets::tests::asset(1);
        asset.facts = facts.to_vec();
        replaces("V1", &facts[0], &asset, known)
    }

    #[test]
    fn the_same_source_or_a_surer_one_replaces() {
        let stated = known("V1", "S7 SZL 0x001C", Confidence::Stated);
        let guess = known("V1", "banner", Confidence::Derived);
        let new = fact("V2", "S7 SZL 0x001C", Confidence::Stated, 1);
        assert!(replaces_present(std::slice::from_ref(&new), std::slice::from_ref(&stated)));
        assert!(replaces_present(std::slice::from_ref(&new), std::slice::from_ref(&guess)));
        let other = fact("V2", "SNMP", Confidence::Stated, 1);
        assert!(!replaces_present(std::slice::from_ref(&other), std::slice::from_ref(&stated)));
        let late = fact("V2", "SNMP", Confidence::Stated, STALE + 1);
        assert!(replaces_present(&[late], std::slice::from_ref(&stated)));
        let both = [new, fact("V1", "S7 SZL 0x001C", Confidence::Stated, 1)];
        assert!(!replaces_present(&both, &[stated]), "two modules state one each");
    }
}
