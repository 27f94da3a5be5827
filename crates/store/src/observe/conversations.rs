//! Folds the conversations of a report into the stored ones. What is known already touches numbers alone.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{BuildHasher, Hash, Hasher, RandomState};
use std::net::IpAddr;
use std::sync::LazyLock;

use model::{ChangeKind, Conversation, Host, Mac, Operation, OperationCount, Plant, Timestamp, Transport};
use sqlx::Row;

use super::assets::clean;
use super::{CONVERSATIONS_MAX, Context};
use crate::bulk::{Rows, Value, count};
use crate::changes::Raised;
use crate::known::{Ends, KnownConversation, KnownOperation};
use crate::settings::{DAY, HOUR, hour};
use crate::{SITE, StoreError, Transaction, retention};

/// Kinds of operations of one conversation at most; new ones beyond are counted and not stored.
const OPERATIONS_MAX: usize = 512;
/// Applications, versions and units of one conversation at most.
const TRAITS_MAX: i64 = 256;
/// Credentials of one conversation at most.
const CREDENTIALS_MAX: i64 = 64;
/// Objects of one operation at most.
const OBJECTS_MAX: usize = 32;

/// Hashes with a key of its own in every run, so that nobody can make two texts meet.
static HASHER: LazyLock<RandomState> = LazyLock::new(RandomState::new);

/// One conversation of the report: several of the plant, where these have the same ends.
struct Reported<'a> {
    ends: Ends,
    /// The first that has these ends; it describes them.
    talk: &'a Conversation,
    all: Vec<&'a Conversation>,
    places: Vec<usize>,
    assets: [Option<i64>; 2],
}

impl Reported<'_> {
    fn sum(&self, of: impl Fn(&Conversation) -> u64) -> i64 {
        self.all.iter().fold(0, |sum: i64, talk| sum.saturating_add(count(of(talk))))
    }

    fn first(&self) -> i64 {
        self.all.iter().map(|talk| talk.first.0).min().unwrap_or_default()
    }

    fn last(&self) -> i64 {
        self.all.iter().map(|talk| talk.last.0).max().unwrap_or_default()
    }

    fn operations(&self) -> impl Iterator<Item = &OperationCount> {
        self.all.iter().flat_map(|talk| &talk.operations)
    }

    /// Of everything that describes it and seldom changes; never 0.
    fn described(&self) -> u64 {
        let mut hasher = HASHER.build_hasher();
        self.assets.hash(&mut hasher);
        for talk in &self.all {
            (talk.protocol, talk.family, talk.certainty, talk.evidence, talk.protection).hash(&mut hasher);
            (&talk.applications, &talk.versions, &talk.units, &talk.credentials).hash(&mut hasher);
            talk.malformed_reason.hash(&mut hasher);
        }
        hasher.finish() | 1
    }
}

/// Stores the conversations, and notes what changed.
pub(super) async fn store(
    tx: &mut Transaction,
    plant: &Plant,
    context: &mut Context,
) -> Result<(), StoreError> {
    let reported = fold(plant, &context.observed.assets);
    let mut known = recall(tx, &reported).await?;
    add_new(tx, &reported, &mut known, context).await?;
    let pairs: Vec<(&Reported<'_>, usize)> = reported
        .iter()
        .enumerate()
        .filter_map(|(at, one)| Some((one, known.get(at)?.as_ref().map(|_| at)?)))
        .collect();
    write_counts(tx, &pairs, &mut known).await?;
    write_described(tx, &pairs, &mut known).await?;
    write_operations(tx, &pairs, &mut known, context).await?;
    write_activity(tx, &pairs, &known, context).await?;
    write_baselines(tx, &pairs, &mut known, context).await?;
    let mut ids = vec![None; plant.conversations.len()];
    for (one, known) in reported.iter().zip(&known) {
        for place in &one.places {
            if let (Some(slot), Some(known)) = (ids.get_mut(*place), known) {
                *slot = Some(known.id);
            }
        }
    }
    context.observed.conversations = ids;
    tx.remember(reported.iter().zip(known).filter_map(|(one, known)| Some((one.ends, known?))));
    Ok(())
}

fn fold<'a>(plant: &'a Plant, assets: &[Option<i64>]) -> Vec<Reported<'a>> {
    let number = |id: Option<model::AssetId>| *assets.get((id?.0 as usize).checked_sub(1)?)?;
    let mut at: HashMap<Ends, usize> = HashMap::with_capacity(plant.conversations.len());
    let mut folded: Vec<Reported<'a>> = Vec::with_capacity(plant.conversations.len());
    for (place, talk) in plant.conversations.iter().enumerate() {
        let ends = Ends {
            initiator: talk.initiator,
            responder: talk.responder,
            transport: talk.transport,
            port: talk.port,
        };
        let slot = *at.entry(ends).or_insert(folded.len());
        match folded.get_mut(slot) {
            Some(one) => {
                one.all.push(talk);
                one.places.push(place);
            }
            None => folded.push(Reported {
                ends,
                talk,
                all: vec![talk],
                places: vec![place],
                assets: [number(talk.initiator_asset), number(talk.responder_asset)],
            }),
        }
    }
    folded
}

/// What is known of each, from memory or from the database.
async fn recall(
    tx: &mut Transaction,
    reported: &[Reported<'_>],
) -> Result<Vec<Option<KnownConversation>>, StoreError> {
    let ends: Vec<Ends> = reported.iter().map(|one| one.ends).collect();
    let mut known = tx.recall(&ends);
    let mut rows = Rows::new(4);
    let mut place: HashMap<Ends, usize> = HashMap::new();
    for (at, ends) in ends.iter().enumerate() {
        if known.get(at).is_some_and(Option::is_none) {
            place.insert(*ends, at);
            rows.push(key(ends));
        }
    }
    let found = rows
        .fetch(
            tx.connection(),
            "WITH v(a, b, c, d) AS (",
            ") SELECT c.id, c.initiator, c.responder, c.transport, c.port, c.baselines, c.hour_last FROM v \
             JOIN conversation c ON c.site_id = 1 AND c.initiator = v.a AND c.responder = v.b \
             AND c.transport = v.c AND c.port = v.d",
        )
        .await?;
    let mut by_id = HashMap::new();
    let mut ids = Rows::new(1);
    for row in found {
        let id: i64 = row.try_get(0)?;
        let ends = ends_of(row.try_get(1)?, row.try_get(2)?, row.try_get(3)?, row.try_get(4)?)?;
        if let Some(slot) = place.get(&ends).and_then(|at| known.get_mut(*at)) {
            let (baselines, hour) = (row.try_get(5)?, row.try_get(6)?);
            *slot = Some(KnownConversation { id, baselines, hour, ..KnownConversation::default() });
            by_id.insert(id, *place.get(&ends).unwrap_or(&usize::MAX));
            ids.push([id.into()]);
        }
    }
    let operations = ids
        .fetch(
            tx.connection(),
            "WITH v(number) AS (",
            ") SELECT o.conversation_id, o.id, o.operation, o.name, o.code, o.by_initiator, o.baselines \
             FROM v JOIN conversation_operation o ON o.conversation_id = v.number",
        )
        .await?;
    for row in operations {
        let conversation: i64 = row.try_get(0)?;
        let (operation, name, code): (String, String, String) =
            (row.try_get(2)?, row.try_get(3)?, row.try_get(4)?);
        let words = words(&operation, &name, &code, row.try_get::<i64, _>(5)? == 1);
        let (id, baselines) = (row.try_get(1)?, row.try_get(6)?);
        let slot = by_id.get(&conversation).and_then(|at| known.get_mut(*at)?.as_mut());
        if let Some(known) = slot {
            known.operations.push(KnownOperation { id, words, baselines, objects: 0, told_hour: 0 });
        }
    }
    Ok(known)
}

/// A row for each that nobody knew, as long as there is room. Its counts follow like those of any other.
async fn add_new(
    tx: &mut Transaction,
    reported: &[Reported<'_>],
    known: &mut [Option<KnownConversation>],
    context: &mut Context,
) -> Result<(), StoreError> {
    let new: HashMap<Ends, usize> = reported
        .iter()
        .zip(&*known)
        .enumerate()
        .filter(|(_, (_, known))| known.is_none())
        .map(|(at, (one, _))| (one.ends, at))
        .collect();
    if new.is_empty() {
        return Ok(());
    }
    let row = sqlx::query("SELECT COUNT(*) FROM conversation WHERE site_id = $1")
        .bind(SITE)
        .fetch_one(tx.connection())
        .await?;
    let room = usize::try_from(CONVERSATIONS_MAX - row.try_get::<i64, _>(0)?).unwrap_or(0);
    let mut rows = Rows::new(14);
    for one in reported.iter().filter(|one| new.contains_key(&one.ends)) {
        if rows.len() >= room {
            context.observed.dropped += 1;
            continue;
        }
        let [a, b, c, d] = key(&one.ends);
        let talk = one.talk;
        rows.push([
            SITE.into(),
            a,
            b,
            c,
            d,
            one.assets[0].into(),
            one.assets[1].into(),
            talk.protocol.into(),
            talk.family.as_str().into(),
            talk.certainty.as_str().into(),
            talk.evidence.as_str().into(),
            talk.protection.as_str().into(),
            one.first().into(),
            one.last().into(),
        ]);
    }
    let inserted = rows
        .fetch(
            tx.connection(),
            "WITH v(a, b, c, d, e, f, g, h, i, j, k, l, m, n) AS (",
            ") INSERT INTO conversation (site_id, initiator, responder, transport, port, initiator_asset, \
             responder_asset, protocol, family, certainty, evidence, protection, first_at, last_at, packets, bytes, \
             packets_sent, flows, malformed, baselines, hour_last, hour_bytes) \
             SELECT v.*, 0, 0, 0, 0, 0, 0, 0, 0 FROM v RETURNING id, initiator, responder, transport, port",
        )
        .await?;
    for row in inserted {
        let ends = ends_of(row.try_get(1)?, row.try_get(2)?, row.try_get(3)?, row.try_get(4)?)?;
        if let Some(slot) = new.get(&ends).and_then(|at| known.get_mut(*at)) {
            *slot = Some(KnownConversation { id: row.try_get(0)?, ..KnownConversation::default() });
            context.observed.new_conversations += 1;
        }
    }
    Ok(())
}

type Pairs<'p, 'a> = [(&'p Reported<'a>, usize)];

/// Counts and times of each; once an hour, the place in lists.
async fn write_counts(
    tx: &mut Transaction,
    pairs: &Pairs<'_, '_>,
    known: &mut [Option<KnownConversation>],
) -> Result<(), StoreError> {
    let (mut counts, mut hours) = (Rows::new(8), Rows::new(2));
    for (one, at) in pairs {
        let Some(Some(known)) = known.get_mut(*at) else { continue };
        let last = one.last();
        counts.push([
            known.id.into(),
            one.sum(|talk| talk.packets).into(),
            one.sum(|talk| talk.bytes).into(),
            one.sum(|talk| talk.packets_sent).into(),
            one.sum(|talk| talk.flows).into(),
            one.sum(|talk| talk.malformed).into(),
            one.first().into(),
            last.into(),
        ]);
        if hour(Timestamp(last)) > known.hour {
            known.hour = hour(Timestamp(last));
            hours.push([known.id.into(), known.hour.into()]);
        }
    }
    let connection = tx.connection();
    counts
        .run(
            connection,
            "WITH v(a, b, c, d, e, f, g, h) AS (",
            ") UPDATE conversation SET packets = packets + v.b, bytes = bytes + v.c, \
             packets_sent = packets_sent + v.d, flows = flows + v.e, malformed = malformed + v.f, \
             first_at = CASE WHEN v.g < first_at THEN v.g ELSE first_at END, \
             last_at = CASE WHEN v.h > last_at THEN v.h ELSE last_at END FROM v WHERE conversation.id = v.a",
        )
        .await?;
    hours
        .run(
            connection,
            "WITH v(a, b) AS (",
            ") UPDATE conversation SET hour_last = v.b, hour_bytes = bytes FROM v WHERE conversation.id = v.a",
        )
        .await
}

/// What describes a conversation, where it is not what was written last.
async fn write_described(
    tx: &mut Transaction,
    pairs: &Pairs<'_, '_>,
    known: &mut [Option<KnownConversation>],
) -> Result<(), StoreError> {
    let (mut rows, mut traits, mut credentials) = (Rows::new(9), Rows::new(4), Rows::new(8));
    for (one, at) in pairs {
        let Some(Some(known)) = known.get_mut(*at) else { continue };
        let described = one.described();
        if known.described == described {
            continue;
        }
        known.described = described;
        let talk = one.talk;
        rows.push([
            known.id.into(),
            one.assets[0].into(),
            one.assets[1].into(),
            talk.protocol.into(),
            talk.family.as_str().into(),
            talk.certainty.as_str().into(),
            talk.evidence.as_str().into(),
            talk.protection.as_str().into(),
            talk.malformed_reason.map(ToString::to_string).into(),
        ]);
        push_traits(known.id, one, &mut traits);
        push_credentials(known.id, one, &mut credentials);
    }
    let connection = tx.connection();
    rows.run(connection, "WITH v(a, b, c, d, e, f, g, h, i) AS (", DESCRIBE).await?;
    let tail = format!(
        ") INSERT INTO conversation_trait (conversation_id, kind, value, detail) SELECT v.* FROM v \
         WHERE (SELECT COUNT(*) FROM conversation_trait t WHERE t.conversation_id = v.a) < {TRAITS_MAX} \
         ON CONFLICT DO NOTHING"
    );
    traits.run(connection, "WITH v(a, b, c, d) AS (", &tail).await?;
    let tail = format!(
        ") INSERT INTO conversation_credential (conversation_id, kind, user_name, protection, weakness, \
         by_initiator, first_at, last_at) SELECT v.* FROM v \
         WHERE (SELECT COUNT(*) FROM conversation_credential t WHERE t.conversation_id = v.a) < {CREDENTIALS_MAX} \
         ON CONFLICT (conversation_id, kind, user_name, protection, weakness, by_initiator) \
         DO UPDATE SET last_at = excluded.last_at"
    );
    credentials.run(connection, "WITH v(a, b, c, d, e, f, g, h) AS (", &tail).await
}

/// A name by content outweighs one by port, and the weakest protection stays.
const DESCRIBE: &str = ") UPDATE conversation SET initiator_asset = COALESCE(v.b, initiator_asset), \
     responder_asset = COALESCE(v.c, responder_asset), \
     protocol = CASE WHEN v.f = 'content' OR certainty <> 'content' THEN v.d ELSE protocol END, \
     family = CASE WHEN v.f = 'content' OR certainty <> 'content' THEN v.e ELSE family END, \
     certainty = CASE WHEN v.f = 'content' OR certainty <> 'content' THEN v.f ELSE certainty END, \
     evidence = CASE WHEN evidence IN ('start', 'content') THEN evidence ELSE v.g END, \
     protection = CASE WHEN 'clear' IN (v.h, protection) THEN 'clear' WHEN 'signed' IN (v.h, protection) THEN 'signed' \
     WHEN 'encrypted' IN (v.h, protection) THEN 'encrypted' ELSE 'unknown' END, \
     malformed_reason = COALESCE(malformed_reason, v.i) FROM v WHERE conversation.id = v.a";

fn push_traits(id: i64, one: &Reported<'_>, rows: &mut Rows) {
    let mut all: BTreeMap<(&'static str, String), String> = BTreeMap::new();
    for talk in &one.all {
        for (name, family, certainty) in &talk.applications {
            all.insert(("application", name.to_string()), format!("{family} {certainty}"));
        }
        for (version, obsolete) in &talk.versions {
            let detail = if *obsolete { "obsolete" } else { "" };
            all.insert(("version", version.to_string()), detail.to_string());
        }
        for unit in &talk.units {
            all.insert(("unit", unit.to_string()), String::new());
        }
    }
    for ((kind, value), detail) in all {
        rows.push([id.into(), kind.into(), value.into(), detail.into()]);
    }
}

fn push_credentials(id: i64, one: &Reported<'_>, rows: &mut Rows) {
    let all: BTreeSet<_> = one.all.iter().flat_map(|talk| &talk.credentials).collect();
    let mut seen = BTreeSet::new();
    for credential in all {
        let user = credential.user.as_deref().map(clean).unwrap_or_default();
        let key = (
            credential.kind,
            user.clone(),
            credential.protection,
            credential.weakness,
            credential.by_initiator,
        );
        if seen.insert(key) {
            rows.push([
                id.into(),
                credential.kind.into(),
                user.into(),
                credential.protection.as_str().into(),
                credential.weakness.as_str().into(),
                credential.by_initiator.into(),
                one.first().into(),
                one.last().into(),
            ]);
        }
    }
}

/// One operation of the report, folded.
struct Done<'a> {
    at: usize,
    words: u64,
    first: &'a OperationCount,
    counts: [i64; 3],
    span: (i64, i64),
    objects: BTreeSet<&'a str>,
    more: bool,
}

fn done<'a>(one: &Reported<'a>, at: usize) -> Vec<Done<'a>> {
    let mut folded: Vec<Done<'a>> = Vec::new();
    for operation in one.all.iter().copied().flat_map(|talk| &talk.operations) {
        let words = words(
            operation.operation.as_str(),
            operation.name,
            &operation.code.to_string(),
            operation.by_initiator,
        );
        let counts = [operation.requests, operation.answers, operation.failures].map(count);
        match folded.iter_mut().find(|other| other.words == words) {
            Some(other) => {
                for (sum, count) in other.counts.iter_mut().zip(counts) {
                    *sum = sum.saturating_add(count);
                }
                other.span = (other.span.0.min(operation.first.0), other.span.1.max(operation.last.0));
                other.objects.extend(operation.objects.iter().map(String::as_str));
                other.more |= operation.more_objects;
            }
            None => folded.push(Done {
                at,
                words,
                first: operation,
                counts,
                span: (operation.first.0, operation.last.0),
                objects: operation.objects.iter().map(String::as_str).collect(),
                more: operation.more_objects,
            }),
        }
    }
    folded
}

/// Counts of known operations, rows for new ones, and objects where they are others than last time.
async fn write_operations(
    tx: &mut Transaction,
    pairs: &Pairs<'_, '_>,
    known: &mut [Option<KnownConversation>],
    context: &mut Context,
) -> Result<(), StoreError> {
    let mut all: Vec<Done<'_>> = pairs.iter().flat_map(|(one, at)| done(one, *at)).collect();
    let mut rows = Rows::new(10);
    let mut by_key = HashMap::new();
    all.retain(|done| {
        let Some(Some(known)) = known.get(done.at) else { return false };
        if known.operations.iter().any(|operation| operation.words == done.words) {
            return true;
        }
        if known.operations.len() >= OPERATIONS_MAX {
            context.observed.dropped += 1;
            return false;
        }
        by_key.insert((known.id, done.words), done.at);
        rows.push([
            known.id.into(),
            done.first.operation.as_str().into(),
            done.first.name.into(),
            done.first.code.to_string().into(),
            done.first.by_initiator.into(),
            done.span.0.into(),
            done.span.1.into(),
            Value::from(0_i64),
            "".into(),
            done.more.into(),
        ]);
        true
    });
    let inserted = rows
        .fetch(
            tx.connection(),
            "WITH v(a, b, c, d, e, f, g, h, i, j) AS (",
            ") INSERT INTO conversation_operation (conversation_id, operation, name, code, by_initiator, first_at, \
             last_at, requests, answers, failures, objects, more_objects, baselines) \
             SELECT v.a, v.b, v.c, v.d, v.e, v.f, v.g, 0, 0, 0, v.i, v.j, v.h FROM v \
             RETURNING conversation_id, id, operation, name, code, by_initiator",
        )
        .await?;
    for row in inserted {
        let (operation, name, code): (String, String, String) =
            (row.try_get(2)?, row.try_get(3)?, row.try_get(4)?);
        let words = words(&operation, &name, &code, row.try_get::<i64, _>(5)? == 1);
        let at = by_key.get(&(row.try_get::<i64, _>(0)?, words));
        if let Some(Some(known)) = at.and_then(|at| known.get_mut(*at)) {
            let id = row.try_get(1)?;
            known.operations.push(KnownOperation { id, words, baselines: 0, objects: 0, told_hour: 0 });
        }
    }
    write_operation_counts(tx, &all, known).await?;
    write_objects(tx, &all, known).await
}

async fn write_operation_counts(
    tx: &mut Transaction,
    all: &[Done<'_>],
    known: &[Option<KnownConversation>],
) -> Result<(), StoreError> {
    let mut rows = Rows::new(6);
    for done in all {
        if let Some(operation) = operation(known, done) {
            let [requests, answers, failures] = done.counts;
            rows.push([
                operation.id.into(),
                requests.into(),
                answers.into(),
                failures.into(),
                done.span.0.into(),
                done.span.1.into(),
            ]);
        }
    }
    rows.run(
        tx.connection(),
        "WITH v(a, b, c, d, e, f) AS (",
        ") UPDATE conversation_operation SET requests = requests + v.b, answers = answers + v.c, \
         failures = failures + v.d, first_at = CASE WHEN v.e < first_at THEN v.e ELSE first_at END, \
         last_at = CASE WHEN v.f > last_at THEN v.f ELSE last_at END FROM v WHERE conversation_operation.id = v.a",
    )
    .await
}

fn operation<'k>(known: &'k [Option<KnownConversation>], done: &Done<'_>) -> Option<&'k KnownOperation> {
    known.get(done.at)?.as_ref()?.operations.iter().find(|operation| operation.words == done.words)
}

/// Joins new objects with those on record, up to the bound.
async fn write_objects(
    tx: &mut Transaction,
    all: &[Done<'_>],
    known: &mut [Option<KnownConversation>],
) -> Result<(), StoreError> {
    let mut wanted: HashMap<i64, &Done<'_>> = HashMap::new();
    let mut ids = Rows::new(1);
    for done in all.iter().filter(|done| !done.objects.is_empty()) {
        let hash = HASHER.hash_one(&done.objects) | 1;
        let Some(Some(known)) = known.get_mut(done.at) else { continue };
        let Some(operation) = known.operations.iter_mut().find(|operation| operation.words == done.words)
        else {
            continue;
        };
        if operation.objects != hash {
            operation.objects = hash;
            wanted.insert(operation.id, done);
            ids.push([operation.id.into()]);
        }
    }
    let stored = ids
        .fetch(
            tx.connection(),
            "WITH v(number) AS (",
            ") SELECT o.id, o.objects, o.more_objects FROM v JOIN conversation_operation o ON o.id = v.number",
        )
        .await?;
    let mut rows = Rows::new(3);
    for row in stored {
        let (id, text, more): (i64, String, i64) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        let Some(done) = wanted.get(&id) else { continue };
        let before: Vec<String> = text.lines().map(ToString::to_string).collect();
        let mut objects: BTreeSet<String> = before.iter().cloned().collect();
        objects.extend(done.objects.iter().map(|object| clean(object)));
        let is_more = more == 1 || done.more || objects.len() > OBJECTS_MAX;
        // Once the sample is full it stays as it is.
        let objects: Vec<String> = match before.len() < OBJECTS_MAX {
            true => objects.into_iter().take(OBJECTS_MAX).collect(),
            false => before.clone(),
        };
        if objects != before || is_more != (more == 1) {
            rows.push([id.into(), objects.join("\n").into(), is_more.into()]);
        }
    }
    rows.run(
        tx.connection(),
        "WITH v(a, b, c) AS (",
        ") UPDATE conversation_operation SET objects = v.b, more_objects = v.c FROM v \
         WHERE conversation_operation.id = v.a",
    )
    .await
}

/// Counts per hour; what is older than hours are kept goes to its day at once.
async fn write_activity(
    tx: &mut Transaction,
    pairs: &Pairs<'_, '_>,
    known: &[Option<KnownConversation>],
    context: &Context,
) -> Result<(), StoreError> {
    let cutoff = retention::first_hour_kept(tx).await?;
    let mut counts: BTreeMap<(i64, i64, &'static str), [i64; 4]> = BTreeMap::new();
    for (one, at) in pairs {
        let Some(Some(known)) = known.get(*at) else { continue };
        let hour = hour(Timestamp(one.last()));
        let mut whole = [one.sum(|talk| talk.packets), one.sum(|talk| talk.bytes), 0, 0];
        for operation in one.operations() {
            let done = [0, 0, count(operation.requests), count(operation.failures)];
            add(&mut whole, done);
            if operation.operation.changes_device() {
                add(counts.entry((hour, known.id, operation.operation.as_str())).or_default(), done);
            }
        }
        add(counts.entry((hour, known.id, "")).or_default(), whole);
    }
    let (mut hours, mut days) = (Rows::new(7), BTreeMap::new());
    for ((hour, id, operation), counts) in counts {
        if hour < cutoff {
            add(days.entry((hour.div_euclid(DAY / HOUR), id, operation)).or_default(), counts);
        } else {
            let [packets, bytes, requests, failures] = counts.map(Value::from);
            hours.push([hour.into(), id.into(), operation.into(), packets, bytes, requests, failures]);
        }
    }
    let mut rows = Rows::new(7);
    for ((day, id, operation), counts) in days {
        let [packets, bytes, requests, failures] = counts.map(Value::from);
        rows.push([day.into(), id.into(), operation.into(), packets, bytes, requests, failures]);
    }
    retention::touched(tx, hour(context.first).max(cutoff)).await?;
    let connection = tx.connection();
    hours
        .run(
            connection,
            "INSERT INTO activity_hour (hour, conversation_id, operation, packets, bytes, requests, failures)",
            "ON CONFLICT (hour, conversation_id, operation) DO UPDATE SET \
             packets = activity_hour.packets + excluded.packets, bytes = activity_hour.bytes + excluded.bytes, \
             requests = activity_hour.requests + excluded.requests, \
             failures = activity_hour.failures + excluded.failures",
        )
        .await?;
    rows.run(
        connection,
        "INSERT INTO activity_day (day, conversation_id, operation, packets, bytes, requests, failures)",
        "ON CONFLICT (day, conversation_id, operation) DO UPDATE SET \
         packets = activity_day.packets + excluded.packets, bytes = activity_day.bytes + excluded.bytes, \
         requests = activity_day.requests + excluded.requests, failures = activity_day.failures + excluded.failures",
    )
    .await
}

fn add(sum: &mut [i64; 4], more: [i64; 4]) {
    for (sum, more) in sum.iter_mut().zip(more) {
        *sum = sum.saturating_add(more);
    }
}

/// While it learns, the baseline takes in what it sees; later, what is not in it is a change. Each is told once an
/// hour.
async fn write_baselines(
    tx: &mut Transaction,
    pairs: &Pairs<'_, '_>,
    known: &mut [Option<KnownConversation>],
    context: &mut Context,
) -> Result<(), StoreError> {
    let moment = context.moment;
    let bit = moment.baseline.bit();
    let (mut learned, mut learned_operations) = (Rows::new(1), Rows::new(1));
    for (one, at) in pairs {
        let Some(Some(known)) = known.get_mut(*at) else { continue };
        let is_known = known.baselines & bit != 0;
        if moment.learning && !is_known {
            known.baselines |= bit;
            learned.push([known.id.into()]);
        }
        let now = hour(Timestamp(one.last()));
        if !moment.learning && !is_known && known.told_hour < now {
            known.told_hour = now;
            context.raised.push(new_conversation(one, known.id, &moment));
        }
        for operation in one.operations() {
            let words = words(
                operation.operation.as_str(),
                operation.name,
                &operation.code.to_string(),
                operation.by_initiator,
            );
            let Some(of) = known.operations.iter_mut().find(|known| known.words == words) else { continue };
            if moment.learning {
                if of.baselines & bit == 0 {
                    of.baselines |= bit;
                    learned_operations.push([of.id.into()]);
                }
                continue;
            }
            let loads = is_load(operation) && operation.requests > 0;
            let is_new = is_known && of.baselines & bit == 0;
            if (loads || is_new) && of.told_hour < now {
                of.told_hour = now;
                if loads {
                    context.raised.push(operated(
                        ChangeKind::ProgramLoad,
                        one,
                        known.id,
                        of.id,
                        operation,
                        "",
                    ));
                }
                if is_new {
                    let when = moment.baseline.as_str();
                    let change = operated(ChangeKind::NewOperation, one, known.id, of.id, operation, when);
                    context.raised.push(change);
                }
            }
        }
    }
    let connection = tx.connection();
    let tail =
        format!(") UPDATE conversation SET baselines = baselines | {bit} FROM v WHERE conversation.id = v.a");
    learned.run(connection, "WITH v(a) AS (", &tail).await?;
    let tail = format!(
        ") UPDATE conversation_operation SET baselines = baselines | {bit} FROM v \
         WHERE conversation_operation.id = v.a"
    );
    learned_operations.run(connection, "WITH v(a) AS (", &tail).await
}

fn is_load(operation: &OperationCount) -> bool {
    matches!(operation.operation, Operation::LoadProgram | Operation::LoadFirmware)
}

fn new_conversation(one: &Reported<'_>, id: i64, moment: &crate::baselines::Moment) -> Raised {
    let [initiator, responder] = one.assets;
    let Ends { initiator: from, responder: to, transport, port } = one.ends;
    let subject = format!("{}/{id}", moment.baseline);
    Raised::of(ChangeKind::NewConversation, &subject, Timestamp(one.last()))
        .asset_or_none(responder.or(initiator))
        .conversation(id)
        .from(String::new(), format!("{from} -> {to} {transport}/{port} {}", one.talk.protocol))
}

fn operated(
    kind: ChangeKind,
    one: &Reported<'_>,
    conversation: i64,
    id: i64,
    operation: &OperationCount,
    when: &str,
) -> Raised {
    let [initiator, responder] = one.assets;
    let target = if operation.by_initiator { responder.or(initiator) } else { initiator.or(responder) };
    Raised::of(kind, &format!("{when}/{id}"), operation.last)
        .asset_or_none(target)
        .conversation(conversation)
        .operation(operation.operation, operation.name)
        .from(String::new(), clean(&operation.objects.join(", ")))
}

fn words(operation: &str, name: &str, code: &str, by_initiator: bool) -> u64 {
    HASHER.hash_one((operation, name, code, by_initiator))
}

fn key(ends: &Ends) -> [Value; 4] {
    [
        ends.initiator.to_string().into(),
        ends.responder.to_string().into(),
        ends.transport.as_str().into(),
        i64::from(ends.port).into(),
    ]
}

fn ends_of(initiator: String, responder: String, transport: String, port: i64) -> Result<Ends, StoreError> {
    let unreadable = |what, text: &str| StoreError::Unreadable { what, text: text.to_string() };
    let end = |text: &str| host(text).ok_or_else(|| unreadable("the address", text));
    let carried: Transport = transport.parse().map_err(|()| unreadable("the transport", &transport))?;
    let port = u16::try_from(port).map_err(|_| unreadable("the port", &port.to_string()))?;
    Ok(Ends { initiator: end(&initiator)?, responder: end(&responder)?, transport: carried, port })
}

/// Reads a host as it is written.
pub(crate) fn host(text: &str) -> Option<Host> {
    if let Ok(ip) = text.parse::<IpAddr>() {
        return Some(Host::Ip(ip));
    }
    let mut octets = [0; 6];
    let mut parts = text.split(':');
    for octet in &mut octets {
        *octet = u8::from_str_radix(parts.next()?, 16).ok()?;
    }
    parts.next().is_none().then_some(Host::Mac(Mac(octets)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_read_as_they_are_written() {
        for text in ["10.0.0.1", "2001:db8::1", "00:1b:1b:00:00:01"] {
            assert_eq!(host(text).map(|host| host.to_string()).as_deref(), Some(text));
        }
        assert_eq!(host("nonsense"), None);
    }
}
