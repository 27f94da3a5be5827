//! TFTP: files without a log-in; firmware and configurations of switches and controllers.
//!
//! Source: RFC 1350.

use model::{Code, Family, Object, Operation, OperationSighting, Protection, Side, Step};

use crate::cursor::be16;
use crate::protocol::{Anywhere, Context, Dissector, Framing, On, Opening, Protocol, Verdict};

/// The entry of the protocol table.
pub const PROTOCOL: Protocol = Protocol {
    name: "tftp",
    family: Family::Management,
    on: &[On::Udp(69)],
    anywhere: Anywhere::No,
    probe: |opening: &Opening<'_>| match be16(opening.bytes, 0) {
        Some(1..=6) => Verdict::Yes,
        _ => Verdict::No,
    },
    start: || Box::new(Tftp::default()),
};

#[derive(Default)]
struct Tftp {
    asked: Option<(&'static str, Code)>,
}

impl Dissector for Tftp {
    fn frame(&mut self, bytes: &[u8], _from: Side) -> Framing {
        Framing::Message(bytes.len())
    }

    fn message(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        let Some(kind) = be16(bytes, 0) else { return context.malformed("packet without kind") };
        let code = Code::Decimal(u32::from(kind));
        let name = match kind {
            1 => "read file",
            2 => "write file",
            5 => {
                if let Some((name, code)) = self.asked.take() {
                    context.answer(Operation::Transfer, name, code, true);
                }
                return;
            }
            _ => return,
        };
        let file = bytes.get(2..).unwrap_or_default().split(|&byte| byte == 0).next().unwrap_or_default();
        let file = std::str::from_utf8(file).unwrap_or_default();
        let object = if file.is_empty() { Object::None } else { Object::Named { space: "file", name: file } };
        self.asked = Some((name, code));
        context.protection(Protection::Clear, "", false);
        context.operation(OperationSighting {
            operation: Operation::Transfer,
            name,
            code,
            unit: None,
            object,
            step: Step::Request,
        });
    }
}
