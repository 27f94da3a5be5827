//! Who KNX interfaces and routers are: the device information that they answer searches with.
//!
//! Source: KNX Standard 3/8/2, 7.5.4 (description information blocks).

use model::{Attribute, Confidence, Subject};

use crate::cursor::{Cursor, text};
use crate::protocol::Context;
use crate::short_text::ShortText;

/// Most blocks read of one answer.
const BLOCKS_MAX: usize = 16;
const DEVICE_INFORMATION: u8 = 1;
const SOURCE: &str = "KNXnet/IP device information";

/// Blocks: length 1, type 1, content.
pub fn blocks(bytes: &[u8], context: &mut Context<'_>) {
    let mut cursor = Cursor::new(bytes);
    for _ in 0..BLOCKS_MAX {
        let Some(length) = cursor.u8().map(usize::from) else { return };
        let Some(block) = length.checked_sub(1).filter(|rest| *rest > 0).and_then(|rest| cursor.take(rest))
        else {
            return context.malformed("information block of wrong length");
        };
        if let Some((&DEVICE_INFORMATION, content)) = block.split_first() {
            device(content, context);
        }
    }
}

/// Medium 1, status 1, individual address 2, project 2, serial number 6, multicast 4, hardware address 6, name 30.
fn device(content: &[u8], context: &mut Context<'_>) {
    let mut cursor = Cursor::new(content);
    let fields = (cursor.skip(6), cursor.array::<6>(), cursor.skip(4), cursor.array::<6>(), cursor.take(30));
    let (Some(()), Some(serial), Some(()), Some(mac), Some(name)) = fields else {
        return context.malformed("device information cut short");
    };
    context.identity(Attribute::Name, &text(name), SOURCE);
    if serial != [0; 6] {
        let [a, b, c, d, e, f] = serial;
        let serial = ShortText::<16>::of(format_args!("{a:02x}{b:02x}:{c:02x}{d:02x}{e:02x}{f:02x}"));
        context.identity(Attribute::Serial, serial.as_str(), SOURCE);
    }
    if mac != [0; 6] {
        let mac = ShortText::<24>::of(model::Mac(mac));
        context.identity_of(Subject::Sender, Attribute::Mac, mac.as_str(), SOURCE, Confidence::Stated);
    }
}
