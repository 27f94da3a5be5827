//! Names in X.509 certificates: who a device says it is before it speaks in secret.
//!
//! Source: RFC 5280, 4.1 (fields) and 4.2.1.6 (alternative names); names ITU-T X.520.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::ber::{self, Walk};
use crate::cursor::text;

/// 2.5.4.3, common name.
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
/// 2.5.29.17, subject alternative name.
const ALTERNATIVE_NAME: &[u8] = &[0x55, 0x1d, 0x11];
/// Most name parts, extensions or alternative names looked at.
const PARTS_MAX: usize = 32;
/// Extensions, field [3] of a certificate.
const EXTENSIONS: u8 = 0xa3;
/// Version, field [0].
const VERSION: u8 = 0xa0;
/// Alternative names: a DNS name is [2], an address [7].
const DNS_NAME: u8 = 0x82;
const IP_ADDRESS: u8 = 0x87;

/// The fields behind version and serial number up to the subject: the subject, then what follows the public key.
fn subject(der: &[u8]) -> Option<(&[u8], Walk<'_>)> {
    let certificate = Walk::new(der).take(ber::SEQUENCE)?;
    let mut fields = Walk::new(Walk::new(certificate).take(ber::SEQUENCE)?);
    // The version is explicit from version 2 on; before, the serial number comes first.
    if fields.any()?.tag == VERSION {
        fields.any()?;
    }
    // Signature, issuer, validity.
    for _ in 0..3 {
        fields.take(ber::SEQUENCE)?;
    }
    let subject = fields.take(ber::SEQUENCE)?;
    fields.take(ber::SEQUENCE)?;
    Some((subject, fields))
}

/// The common name of a certificate's subject.
pub fn common_name(der: &[u8]) -> Option<Cow<'_, str>> {
    let (subject, _) = subject(der)?;
    let names = ber::elements(subject).take(PARTS_MAX).filter_map(|set| {
        let mut pair = Walk::new(Walk::new(set.content).take(ber::SEQUENCE)?);
        (pair.take(ber::OBJECT_IDENTIFIER)? == COMMON_NAME).then(|| pair.any())?.map(|value| value.content)
    });
    names.last().map(text)
}

/// The names and addresses that a certificate holds for besides.
pub fn alternative_names(der: &[u8]) -> impl Iterator<Item = Cow<'_, str>> {
    let names = || {
        let (_, fields) = subject(der)?;
        let extensions = ber::elements(fields.rest()).find(|field| field.tag == EXTENSIONS)?;
        let list = Walk::new(extensions.content).take(ber::SEQUENCE)?;
        let value = ber::elements(list).take(PARTS_MAX).find_map(|extension| {
            let mut walk = Walk::new(extension.content);
            (walk.take(ber::OBJECT_IDENTIFIER)? == ALTERNATIVE_NAME).then_some(())?;
            // A flag may stand before the value.
            let first = walk.any()?;
            if first.tag == ber::BOOLEAN { walk.take(ber::OCTET_STRING) } else { Some(first.content) }
        })?;
        Walk::new(value).take(ber::SEQUENCE)
    };
    let names = names().unwrap_or_default();
    ber::elements(names).take(PARTS_MAX).filter_map(|name| match (name.tag, name.content.len()) {
        (DNS_NAME, _) => Some(text(name.content)),
        (IP_ADDRESS, 4) => {
            name.content.first_chunk::<4>().map(|ip| IpAddr::from(Ipv4Addr::from(*ip)).to_string().into())
        }
        (IP_ADDRESS, 16) => {
            name.content.first_chunk::<16>().map(|ip| IpAddr::from(Ipv6Addr::from(*ip)).to_string().into())
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One element; lengths below 128 only.
    fn element(tag: u8, content: &[u8]) -> Vec<u8> {
        [&[tag, content.len() as u8], content].concat()
    }

    #[test]
    fn reads_names_of_a_built_certificate() {
        let name =
            element(0x31, &element(0x30, &[element(0x06, COMMON_NAME), element(0x0c, b"panel")].concat()));
        let names = element(
            0x30,
            &[element(DNS_NAME, b"panel.plant"), element(IP_ADDRESS, &[10, 0, 3, 40])].concat(),
        );
        let extension = element(0x30, &[element(0x06, ALTERNATIVE_NAME), element(0x04, &names)].concat());
        let fields = [
            element(VERSION, &[2, 1, 2]),
            element(0x02, &[7]),
            element(0x30, &[]),
            element(0x30, &[]),
            element(0x30, &[]),
            element(0x30, &name),
            element(0x30, &[]),
            element(EXTENSIONS, &element(0x30, &extension)),
        ]
        .concat();
        let der = element(0x30, &element(0x30, &fields));
        assert_eq!(common_name(&der).as_deref(), Some("panel"));
        assert_eq!(alternative_names(&der).collect::<Vec<_>>(), ["panel.plant", "10.0.3.40"]);
        assert_eq!(common_name(&der[..der.len() - 9]), None);
    }
}
