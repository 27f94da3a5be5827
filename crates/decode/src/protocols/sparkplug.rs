//! Sparkplug B inside MQTT: nodes and devices that announce themselves, report values and take commands.
//!
//! Source: Eclipse Sparkplug 3.0, 4 (topics) and 6.4 (payload, in the encoding of Protocol Buffers).

use model::{Attribute, Confidence, Operation, Subject};

use crate::cursor::{Cursor, text};
use crate::protocol::Context;

/// Most metrics of one payload that are looked at.
const METRICS_MAX: usize = 256;
/// Most fields of one metric.
const FIELDS_MAX: usize = 32;
/// Bytes of a variable-length number (Protocol Buffers encoding).
const NUMBER_BYTES_MAX: usize = 10;

/// Fields of the payload and of a metric.
const METRICS: u64 = 2;
const METRIC_NAME: u64 = 1;
const METRIC_TEXT: u64 = 15;

/// What a publication means; none when its topic is not Sparkplug's. The broker that passes it on does nothing itself.
pub fn meaning(
    topic: &str,
    payload: &[u8],
    from_broker: bool,
    context: &mut Context<'_>,
) -> Option<(Operation, &'static str)> {
    let mut parts = topic.strip_prefix("spBv1.0/")?.split('/');
    let _group = parts.next()?;
    let kind = parts.next()?;
    let node = parts.next().unwrap_or_default();
    let told = match kind {
        "NBIRTH" => (Operation::Identify, "sparkplug node birth"),
        "DBIRTH" => (Operation::Identify, "sparkplug device birth"),
        "NDATA" | "DDATA" => (Operation::Report, "sparkplug data"),
        "NDEATH" | "DDEATH" => (Operation::Report, "sparkplug death"),
        "NCMD" => node_command(payload),
        "DCMD" => (Operation::Write, "sparkplug device command"),
        _ => return None,
    };
    if from_broker {
        return Some((Operation::Report, "sparkplug delivery"));
    }
    if kind == "NBIRTH" {
        let (attribute, source) = (Attribute::Name, "Sparkplug edge node");
        context.identity_of(Subject::Sender, attribute, node, source, Confidence::Derived);
        metrics(payload, &mut |name, value| {
            if let Some(attribute) = property(name) {
                context.identity(attribute, &text(value), "Sparkplug birth");
            }
        });
    }
    Some(told)
}

/// Commands to a node that the specification names (6.4.20): a reboot, or to be born again and tell everything.
fn node_command(payload: &[u8]) -> (Operation, &'static str) {
    let mut told = (Operation::Write, "sparkplug node command");
    metrics(payload, &mut |name, _| match name {
        b"Node Control/Reboot" => told = (Operation::Reset, "sparkplug reboot"),
        b"Node Control/Rebirth" if told.0 == Operation::Write => {
            told = (Operation::Discover, "sparkplug rebirth");
        }
        _ => {}
    });
    told
}

/// Names and text values of the metrics, as far as they are whole.
fn metrics(payload: &[u8], tell: &mut dyn FnMut(&[u8], &[u8])) {
    let mut cursor = Cursor::new(payload);
    for _ in 0..METRICS_MAX {
        let Some((number, content)) = field(&mut cursor) else { return };
        if number != METRICS {
            continue;
        }
        let (mut inner, mut name, mut value) = (Cursor::new(content), &[][..], &[][..]);
        for _ in 0..FIELDS_MAX {
            match field(&mut inner) {
                Some((METRIC_NAME, content)) => name = content,
                Some((METRIC_TEXT, content)) => value = content,
                Some(_) => {}
                None => break,
            }
        }
        tell(name, value);
    }
}

/// A field: number and wire type, then its content. Numbers have none that matters here.
fn field<'a>(cursor: &mut Cursor<'a>) -> Option<(u64, &'a [u8])> {
    let key = number(cursor)?;
    let content = match key & 7 {
        0 => {
            number(cursor)?;
            &[]
        }
        1 => cursor.take(8)?,
        2 => {
            let length = number(cursor)?;
            cursor.take(usize::try_from(length).ok()?)?
        }
        5 => cursor.take(4)?,
        _ => return None,
    };
    Some((key >> 3, content))
}

/// Seven bits a byte, lowest first; the high bit says that more follow.
fn number(cursor: &mut Cursor<'_>) -> Option<u64> {
    let mut sum = 0_u64;
    for place in 0..NUMBER_BYTES_MAX {
        let byte = cursor.u8()?;
        sum |= u64::from(byte & 0x7f).checked_shl(7 * place as u32).unwrap_or(0);
        if byte & 0x80 == 0 {
            return Some(sum);
        }
    }
    None
}

/// Properties that births carry under names of their makers' choice.
fn property(name: &[u8]) -> Option<Attribute> {
    let name = std::str::from_utf8(name).ok()?;
    let (group, last) = name.rsplit_once('/')?;
    let group = group.rsplit('/').next().unwrap_or_default();
    if !["Properties", "Node Info", "Node Properties", "Device Info", "Info"].contains(&group) {
        return None;
    }
    let is = |known: &str| last.eq_ignore_ascii_case(known);
    match last {
        _ if is("Hardware Make") || is("Manufacturer") || is("Vendor") => Some(Attribute::Vendor),
        _ if is("Hardware Model") || is("Model") || is("Product") => Some(Attribute::Product),
        _ if is("FW") || is("Firmware") || is("Firmware Version") => Some(Attribute::Firmware),
        _ if is("Serial") || is("Serial Number") => Some(Attribute::Serial),
        _ if is("OS") || is("OS Version") => Some(Attribute::Os),
        _ if is("Hardware Version") || is("Hardware Revision") => Some(Attribute::Hardware),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A metric with a name and a text value.
    fn metric(name: &str, value: &str) -> Vec<u8> {
        let mut inner = vec![0x0a, name.len() as u8];
        inner.extend(name.as_bytes());
        inner.extend([0x7a, value.len() as u8]);
        inner.extend(value.as_bytes());
        [vec![0x12, inner.len() as u8], inner].concat()
    }

    #[test]
    fn reads_metrics() {
        let payload = [vec![0x08, 0x80, 0x01], metric("Properties/FW", "1.2"), metric("bdSeq", "0")].concat();
        let mut found = Vec::new();
        metrics(&payload, &mut |name, value| found.push((text(name).into_owned(), text(value).into_owned())));
        assert_eq!(found, [("Properties/FW".into(), "1.2".into()), ("bdSeq".into(), "0".into())]);
        assert_eq!(property(b"Properties/FW"), Some(Attribute::Firmware));
        assert_eq!(node_command(&metric("Node Control/Rebirth", "")).0, Operation::Discover);
        assert_eq!(node_command(&metric("Node Control/Reboot", "")).0, Operation::Reset);
    }

    #[test]
    fn survives_endless_numbers() {
        let mut count = 0;
        metrics(&[0xff; 64], &mut |_, _| count += 1);
        assert_eq!(count, 0);
    }
}
