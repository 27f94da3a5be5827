//! Names in X.509 certificates.

use std::borrow::Cow;

use crate::ber::{self, Walk};
use crate::cursor::text;

/// Object identifier of a common name: 2.5.4.3 (ITU-T X.520).
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
/// Most name parts looked at.
const PARTS_MAX: usize = 32;

/// The common name of a certificate's subject (RFC 5280, 4.1: version, serial number, signature, issuer, validity,
/// subject).
pub fn common_name(der: &[u8]) -> Option<Cow<'_, str>> {
    let certificate = Walk::new(der).take(ber::SEQUENCE)?;
    let mut fields = Walk::new(Walk::new(certificate).take(ber::SEQUENCE)?);
    let first = fields.any()?;
    // The version is explicit from version 2 on; before, the serial number comes first.
    if first.tag == 0xa0 {
        fields.any()?;
    }
    for _ in 0..3 {
        fields.take(ber::SEQUENCE)?;
    }
    let subject = fields.take(ber::SEQUENCE)?;
    let names = ber::elements(subject).take(PARTS_MAX).filter_map(|set| {
        let mut pair = Walk::new(Walk::new(set.content).take(ber::SEQUENCE)?);
        (pair.take(ber::OBJECT_IDENTIFIER)? == COMMON_NAME).then(|| pair.any())?.map(|value| value.content)
    });
    names.last().map(text)
}
