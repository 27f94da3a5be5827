//! TeamViewer: remote maintenance through the maker's servers.
//!
//! Undocumented by its maker; the first bytes are seen by every public recogniser.

use model::{Certainty, Family, Protection, Side};

use crate::protocol::{Anywhere, Context, Dissector, Framing, On, Opening, Protocol, Verdict};

/// The entry of the protocol table.
pub const PROTOCOL: Protocol = Protocol {
    name: "teamviewer",
    family: Family::RemoteAccess,
    on: &[On::Tcp(5938), On::Udp(5938)],
    anywhere: Anywhere::No,
    probe: |opening: &Opening<'_>| match opening.bytes {
        [0x17, 0x24, ..] | [0x11, 0x30, ..] => Verdict::Yes,
        [0, _, _, 0x17, 0x24, ..] | [_, _, _, _, _, _, _, _, _, _, _, 0x17, 0x24, ..] if !opening.stream => {
            Verdict::Yes
        }
        _ => Verdict::No,
    },
    start: || Box::new(TeamViewer::default()),
};

#[derive(Default)]
struct TeamViewer {
    told: bool,
}

impl Dissector for TeamViewer {
    fn frame(&mut self, bytes: &[u8], _from: Side) -> Framing {
        if self.told { Framing::Skip(bytes.len()) } else { Framing::Message(bytes.len()) }
    }

    fn message(&mut self, _bytes: &[u8], context: &mut Context<'_>) {
        self.told = true;
        context.application("TeamViewer", Family::RemoteAccess, Certainty::Content);
        context.protection(Protection::Encrypted, "", false);
    }
}
