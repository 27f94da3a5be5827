//! NTLM log-ins inside other protocols: names of computers, domains and users.
//!
//! Source: MS-NLMP, 2.2.1.2 (challenge), 2.2.1.3 (authenticate), 2.2.2.1 (attribute pairs), 2.2.2.10 (version).

use model::{Attribute, Confidence, Protection, Subject, Weakness};

use crate::cursor::{Cursor, byte, le16, le32};
use crate::protocol::Context;
use crate::short_text::ShortText;

const SIGNATURE: &[u8] = b"NTLMSSP\0";
/// The challenge carries the version of the operating system.
const NEGOTIATE_VERSION: u32 = 0x0200_0000;
/// Most attribute pairs of a challenge.
const PAIRS_MAX: usize = 16;
/// Length of the answer that version 1 gives; version 2's is longer.
const RESPONSE_V1_BYTES: u16 = 24;
const SOURCE: &str = "NTLM challenge";

/// Reads the log-in step that stands somewhere in a message.
pub fn tell(bytes: &[u8], context: &mut Context<'_>) {
    let Some(at) = bytes.windows(SIGNATURE.len()).position(|window| window == SIGNATURE) else { return };
    let step = bytes.get(at..).unwrap_or_default();
    match le32(step, 8) {
        Some(2) => challenge(step, context),
        Some(3) => authenticate(step, context),
        _ => {}
    }
}

/// A field: length 2, room 2, offset 4 from the signature.
fn field(step: &[u8], at: usize) -> Option<&[u8]> {
    let (length, offset) = (usize::from(le16(step, at)?), le32(step, at + 4)? as usize);
    step.get(offset..offset.checked_add(length)?)
}

fn challenge(step: &[u8], context: &mut Context<'_>) {
    let flags = le32(step, 20).unwrap_or(0);
    if let (true, Some(major), Some(minor), Some(build)) =
        (flags & NEGOTIATE_VERSION != 0, byte(step, 48), byte(step, 49), le16(step, 50))
        // Build 0 is no Windows: others put a version there that opens doors.
        && build != 0
    {
        let os = ShortText::<48>::of(format_args!("Windows {major}.{minor} build {build}"));
        context.identity_of(Subject::Sender, Attribute::Os, os.as_str(), SOURCE, Confidence::Derived);
    }
    let mut pairs = Cursor::new(field(step, 40).unwrap_or_default());
    for _ in 0..PAIRS_MAX {
        let (Some(kind @ 1..), Some(length)) = (pairs.le16(), pairs.le16()) else { return };
        let Some(value) = pairs.take(usize::from(length)) else { return };
        let value = ShortText::<128>::utf16le(value);
        match kind {
            1 | 3 => context.identity_of(
                Subject::Sender,
                Attribute::Name,
                value.as_str(),
                SOURCE,
                Confidence::Stated,
            ),
            _ => {}
        }
    }
}

/// Answers at 12 and 20, domain at 28, user at 36, workstation at 44.
fn authenticate(step: &[u8], context: &mut Context<'_>) {
    let name = |at| ShortText::<128>::utf16le(field(step, at).unwrap_or_default());
    let (user, workstation) = (name(36), name(44));
    context.identity_of(
        Subject::Sender,
        Attribute::Name,
        workstation.as_str(),
        "NTLM authenticate",
        Confidence::Derived,
    );
    if user.is_empty() {
        return context.credential("session", None, Protection::Unknown, Weakness::Anonymous);
    }
    context.credential("challenge response", Some(user.as_str()), Protection::Signed, Weakness::None);
    if le16(step, 20) == Some(RESPONSE_V1_BYTES) {
        context.protection(Protection::Unknown, "NTLMv1", true);
    }
}
