//! Where what is observed contradicts what a person confirmed. The person's word stands; the contradiction is a finding,
//! and resolves itself when it is gone.

use std::collections::BTreeSet;

use model::{FindingState, Gap, Severity, Timestamp};
use sqlx::Row;

use crate::bulk::Rows;
use crate::findings::{SLUICE, Stored, Told, both, of, step, store, words};
use crate::{StoreError, Transaction};

/// Id of the finding of a level.
pub const LEVEL: &str = "level-contradicted";
/// Id of the finding of a role.
pub const ROLE: &str = "role-contradicted";
/// Certainty of an inferred level from which it contradicts, in percent; see `LevelJudgement::HIGH`.
const CERTAIN_PERCENT: i64 = 60;

/// Looks at these assets; answers the findings that are new or came back.
pub(crate) async fn look(
    tx: &mut Transaction,
    assets: &[i64],
    at: Timestamp,
) -> Result<Vec<i64>, StoreError> {
    let mut ids = Rows::new(1);
    assets.iter().for_each(|id| ids.push([(*id).into()]));
    let rows = ids
        .fetch(
            tx.connection(),
            "WITH v(number) AS (",
            ") SELECT id, label, level_inferred, level_percent, level_reasons, level_reasons_german, level_confirmed, \
             roles_inferred, role_reasons, role_reasons_german, role_confirmed FROM v JOIN asset ON id = v.number \
             WHERE level_confirmed IS NOT NULL OR role_confirmed IS NOT NULL",
        )
        .await?;
    let (mut told, mut holding) = (Vec::new(), BTreeSet::new());
    for row in rows {
        let (id, label): (i64, String) = (row.try_get(0)?, row.try_get(1)?);
        let (inferred, percent, confirmed): (Option<String>, i64, Option<String>) =
            (row.try_get(2)?, row.try_get(3)?, row.try_get(6)?);
        let reasons = [row.try_get::<String, _>(4)?, row.try_get::<String, _>(5)?];
        if let (Some(confirmed), Some(inferred)) = (confirmed, inferred)
            && confirmed != inferred
            && percent >= CERTAIN_PERCENT
        {
            holding.insert((LEVEL, id));
            told.push(contradiction(LEVEL, id, &label, &confirmed, &inferred, &reasons, at));
        }
        let (roles, confirmed): (String, Option<String>) = (row.try_get(7)?, row.try_get(10)?);
        let reasons = [row.try_get::<String, _>(8)?, row.try_get::<String, _>(9)?];
        if let Some(confirmed) = confirmed
            && !roles.is_empty()
            && !roles.split(' ').any(|role| role == confirmed)
        {
            holding.insert((ROLE, id));
            told.push(contradiction(ROLE, id, &label, &confirmed, &roles, &reasons, at));
        }
    }
    let mut new = Vec::new();
    for told in told {
        if let Stored::New(id) | Stored::Back(id) = store(tx, told).await? {
            new.push(id);
        }
    }
    resolve_gone(tx, assets, &holding, at).await?;
    Ok(new)
}

/// Contradictions of these assets that do not hold any more are resolved.
async fn resolve_gone(
    tx: &mut Transaction,
    assets: &[i64],
    holding: &BTreeSet<(&'static str, i64)>,
    at: Timestamp,
) -> Result<(), StoreError> {
    let mut subjects = Rows::new(2);
    for id in assets {
        for check in [LEVEL, ROLE] {
            if !holding.contains(&(check, *id)) {
                subjects.push([check.into(), format!("asset {id}").into()]);
            }
        }
    }
    let rows = subjects
        .fetch(
            tx.connection(),
            "WITH v(a, b) AS (",
            ") SELECT id, state FROM v JOIN finding ON site_id = 1 AND check_id = v.a AND subject = v.b",
        )
        .await?;
    for row in rows {
        match of(&row.try_get::<String, _>(1)?)? {
            FindingState::Resolved => {}
            FindingState::New | FindingState::Seen | FindingState::Accepted | FindingState::Reopened => {
                step(tx, row.try_get(0)?, FindingState::Resolved, SLUICE, "", None, at).await?;
            }
        }
    }
    Ok(())
}

fn contradiction(
    check: &'static str,
    id: i64,
    label: &str,
    confirmed: &str,
    inferred: &str,
    reasons: &[String; 2],
    at: Timestamp,
) -> Told {
    let (title, detail) = match check {
        LEVEL => (words::LEVEL_CONTRADICTED, words::LEVEL_CONTRADICTED_DETAIL),
        _ => (words::ROLE_CONTRADICTED, words::ROLE_CONTRADICTED_DETAIL),
    };
    let text = |text: &str| Gap::Text(text.to_string());
    let detail = |reasons: &str| {
        detail.with([
            ("confirmed", text(confirmed)),
            ("inferred", text(inferred)),
            ("reasons", text(&reasons.replace('\n', ", "))),
        ])
    };
    let [english, german] = reasons;
    let ([english, _], [_, german]) = (both(&detail(english)), both(&detail(german)));
    Told {
        check: check.to_string(),
        subject: format!("asset {id}"),
        severity: if check == LEVEL { Severity::Medium } else { Severity::Low },
        title: both(&title.with([("asset", text(label)), ("confirmed", text(confirmed))])),
        detail: [english, german],
        remedy: [
            words::CONTRADICTED_REMEDY.english.to_string(),
            words::CONTRADICTED_REMEDY.german.to_string(),
        ],
        technique: None,
        at,
        assets: vec![id],
        conversations: Vec::new(),
    }
}
