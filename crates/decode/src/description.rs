//! What devices write into their description: product, order number, hardware, firmware, serial number.
//!
//! LLDP and SNMP carry it as free text (RFC 3418, sysDescr). Makers keep their own forms; Siemens' is described in its
//! manuals on SNMP, Cisco's begins with the software and names its version.

use model::{Attribute, Confidence, Subject};

use crate::protocol::Context;

/// Most parts of a description that are looked at.
const PARTS_MAX: usize = 32;

/// Tells a description, and what can be read out of it.
pub fn tell(text: &str, source: &'static str, context: &mut Context<'_>) {
    context.identity(Attribute::Description, text, source);
    parts(text, &mut |attribute, value| {
        context.identity_of(Subject::Sender, attribute, value, source, Confidence::Derived);
    });
}

/// What can be read out of a description, part by part.
fn parts(text: &str, tell: &mut dyn FnMut(Attribute, &str)) {
    if text.contains("FW:") || text.contains("HW:") {
        listed(text, tell);
    } else if let Some(release) = after(text, "Windows") {
        let end = release
            .find([')', ',', ';'])
            .map_or(release.len(), |at| at + usize::from(release.get(at..=at) == Some(")")));
        tell(Attribute::Os, release.get(..end).unwrap_or(release));
    } else if let Some(rest) = after(text, "Linux ") {
        let release = rest
            .split_whitespace()
            .skip(1)
            .take(2)
            .find(|word| word.starts_with(|c: char| c.is_ascii_digit()));
        match release {
            Some(release) => tell(Attribute::Os, &["Linux ", release].concat()),
            None => tell(Attribute::Os, "Linux"),
        }
    } else if let Some(version) = version(text) {
        tell(Attribute::Firmware, version);
    }
}

/// Comma-separated parts: maker, family, product, order number, "HW: ...", "FW: ...", serial number.
fn listed(text: &str, tell: &mut dyn FnMut(Attribute, &str)) {
    let (mut before, mut firmware_seen) = ("", false);
    for (place, part) in text.split(',').map(str::trim).enumerate().take(PARTS_MAX) {
        let value = |prefix| part.strip_prefix(prefix).map(|rest| bare_version(rest.trim()));
        if let Some(hardware) = value("HW:") {
            tell(Attribute::Hardware, hardware);
        } else if let Some(firmware) = value("FW:") {
            tell(Attribute::Firmware, firmware);
            firmware_seen = true;
        } else if let Some(serial) = value("SN:").or_else(|| part.starts_with("S C-").then_some(part)) {
            tell(Attribute::Serial, serial);
        } else if is_order_number(part) {
            tell(Attribute::OrderNumber, part);
            tell(Attribute::Product, before);
        } else if place == 0 {
            tell(Attribute::Vendor, part);
        } else if firmware_seen && part.starts_with("SVP") {
            tell(Attribute::Serial, part);
        }
        before = part;
    }
}

fn bare_version(text: &str) -> &str {
    text.strip_prefix("Version ").unwrap_or(text)
}

/// True for the form of Siemens' order numbers: "6ES7 516-3AN01-0AB0".
pub fn is_order_number(text: &str) -> bool {
    let bytes = text.as_bytes();
    matches!(bytes, [b'0'..=b'9', b'A'..=b'Z', b'A'..=b'Z', b'0'..=b'9', ..])
        && bytes.len() >= 12
        && text.contains('-')
}

/// From a word on, with the word.
fn after<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    text.find(word).and_then(|at| text.get(at..))
}

/// A version number: behind the word "Version", else a word like "v3.20".
fn version(text: &str) -> Option<&str> {
    let ends = |c: char| c.is_whitespace() || matches!(c, ',' | ';');
    for word in ["Version ", "version ", "Version: ", "Firmware ", "firmware "] {
        if let Some((_, rest)) = text.split_once(word) {
            let version = rest.split(ends).next().unwrap_or_default();
            if version.contains(|c: char| c.is_ascii_digit()) {
                return Some(version);
            }
        }
    }
    text.split(ends).take(PARTS_MAX).find(|word| {
        word.strip_prefix(['v', 'V'])
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()) && rest.contains('.'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(Attribute, String)> {
        let mut found = Vec::new();
        parts(text, &mut |attribute, value| found.push((attribute, value.to_string())));
        found
    }

    #[test]
    fn reads_the_forms_of_makers() {
        // Forms as printed in the makers' manuals; numbers are made up.
        let siemens = "Siemens, SIMATIC S7, CPU 1511-1 PN, 6ES7 511-1AK02-0AB0, HW: Version 2, FW: Version V2.8.1, S C-X4AB12345678";
        assert_eq!(
            read(siemens),
            [
                (Attribute::Vendor, "Siemens".to_string()),
                (Attribute::OrderNumber, "6ES7 511-1AK02-0AB0".to_string()),
                (Attribute::Product, "CPU 1511-1 PN".to_string()),
                (Attribute::Hardware, "2".to_string()),
                (Attribute::Firmware, "V2.8.1".to_string()),
                (Attribute::Serial, "S C-X4AB12345678".to_string()),
            ]
        );
        let cisco = "Cisco IOS Software, IE2000 Software (IE2000-UNIVERSALK9-M), Version 15.2(4)EA7, RELEASE SOFTWARE";
        assert_eq!(read(cisco), [(Attribute::Firmware, "15.2(4)EA7".to_string())]);
        assert_eq!(read("EDS-408A v3.8.20"), [(Attribute::Firmware, "v3.8.20".to_string())]);
        let linux = "Linux gateway 5.10.0-21-amd64 #1 SMP Debian 5.10.162-1 x86_64";
        assert_eq!(read(linux), [(Attribute::Os, "Linux 5.10.0-21-amd64".to_string())]);
        let windows =
            "Hardware: Intel64 Family 6 - Software: Windows Version 6.3 (Build 17763 Multiprocessor Free)";
        assert_eq!(
            read(windows),
            [(Attribute::Os, "Windows Version 6.3 (Build 17763 Multiprocessor Free)".to_string())]
        );
        assert_eq!(read("Modicon M340"), []);
    }
}
