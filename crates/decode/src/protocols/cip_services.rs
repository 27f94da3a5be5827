//! What CIP services do. Codes of 0x4B and above mean different things for each class of object, so the class
//! decides (CIP Volume 1, Appendix A and chapter 5).
//!
//! The program classes of Logix controllers are not published by their maker. What is said of them was inferred from
//! recordings of program transfers and from public reverse engineering; where that leaves a doubt it stays `Other`.

use model::Operation;
use model::Operation::{Configure, Diagnose, Discover, Identify, LoadFirmware, LoadProgram, Other, Read};
use model::Operation::{ReadProgram, Reset, Start, Stop, Transfer, Write};

/// Several requests in one.
pub const MULTIPLE: u8 = 0x0a;
/// To the connection manager: passes a request on, along a route.
pub const UNCONNECTED_SEND: u8 = 0x52;
/// To the connection manager: opens a connection, small and large.
pub const FORWARD_OPEN: [u8; 2] = [0x54, 0x5b];
/// To the PCCC object: carries a PCCC command.
pub const EXECUTE_PCCC: u8 = 0x4b;

/// Class of the identity object.
pub const IDENTITY: u16 = 0x01;
/// Class of the message router.
pub const MESSAGE_ROUTER: u16 = 0x02;
/// Class of the connection manager.
pub const CONNECTION_MANAGER: u16 = 0x06;
/// Class of the PCCC object of Rockwell controllers.
pub const PCCC: u16 = 0x67;
/// Class of the name of a Logix project.
pub const PROGRAM_NAME: u16 = 0x64;
/// Class of the TCP/IP interface.
pub const TCP_IP: u16 = 0xf5;
/// Class of the Ethernet link.
pub const ETHERNET_LINK: u16 = 0xf6;
const FILE: u16 = 0x37;
const MODBUS: u16 = 0x44;
const SYMBOL: u16 = 0x6b;
const TEMPLATE: u16 = 0x6c;
const ROUTINE: u16 = 0x6d;

/// What a request was sent to, as far as its meaning depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum To {
    /// An object of this class.
    Class(u16),
    /// A tag, by its name.
    Tag,
    /// Nobody knows: only the answer was seen.
    #[default]
    Unknown,
}

/// Operation and name of a service. `instance` 0 addresses the class itself.
pub fn meaning(service: u8, to: To, instance: u32) -> (Operation, &'static str) {
    match (service, to) {
        (0x00..=0x4a, To::Class(class)) => common(service, class, instance),
        (0x00..=0x4a, To::Tag) => common(service, SYMBOL, instance),
        (0x00..=0x4a, To::Unknown) => common(service, 0, 1),
        (_, To::Tag) => tag(service),
        (_, To::Class(class)) => special(service, class, instance),
        (0x4c | 0x52, To::Unknown) => (Read, "read tag"),
        (0x4d | 0x53, To::Unknown) => (Write, "write tag"),
        (_, To::Unknown) => (Other, "object specific service"),
    }
}

/// Services that every class understands alike (Appendix A-4).
fn common(service: u8, class: u16, instance: u32) -> (Operation, &'static str) {
    let reads = if class == IDENTITY { Identify } else { Read };
    match service {
        0x01 => (reads, "get attributes all"),
        0x02 => (sets(class), "set attributes all"),
        0x03 => (reads, "get attribute list"),
        0x04 => (sets(class), "set attribute list"),
        0x05 if class == IDENTITY => (Reset, "reset"),
        0x05 => (Diagnose, "reset object"),
        0x06 => (Start, "start"),
        0x07 => (Stop, "stop"),
        0x08 => (makes(class), "create"),
        0x09 => (makes(class), "delete"),
        0x0a => (Other, "multiple service packet"),
        0x0d => (Configure, "apply attributes"),
        0x0e => (reads, "get attribute single"),
        0x10 => (sets(class), "set attribute single"),
        0x11 => (Discover, "find next object instance"),
        0x15 => (Configure, "restore"),
        0x16 => (Configure, "save"),
        0x17 => (Other, "no operation"),
        0x18 => (Read, "get member"),
        0x19 => (sets(class), "set member"),
        0x1a => (sets(class), "insert member"),
        0x1b => (sets(class), "remove member"),
        0x1c => (Other, "group sync"),
        0x4b.. => (Other, "object specific service"),
        _ if instance == 0 => (Other, "class service"),
        _ => (Other, "reserved service"),
    }
}

/// What setting an attribute changes: process values, logic or settings.
fn sets(class: u16) -> Operation {
    match class {
        // Assemblies, discrete and analogue points and groups, parameters, motor and drive objects.
        0x04 | 0x08..=0x0b | 0x0f | 0x10 | 0x1d..=0x21 | 0x28..=0x2a | 0x93 | 0x9f => Write,
        _ if holds_logic(class) => LoadProgram,
        _ => Configure,
    }
}

/// What creating or deleting an instance changes. Operator stations create lists of the tags they poll.
fn makes(class: u16) -> Operation {
    match class {
        0x72 | 0xac | 0xb2 => Other,
        _ if holds_logic(class) => LoadProgram,
        _ => Configure,
    }
}

/// Classes that make up a Logix program: programs, maps, types, symbols, templates, routines, tasks (inferred).
fn holds_logic(class: u16) -> bool {
    matches!(class, 0x68..=0x6d | 0x70)
}

/// Services to a tag by its name (Logix 5000 Data Access manual, 1756-PM020).
fn tag(service: u8) -> (Operation, &'static str) {
    match service {
        0x4c => (Read, "read tag"),
        0x4d => (Write, "write tag"),
        0x4e => (Write, "read modify write tag"),
        0x52 => (Read, "read tag fragmented"),
        0x53 => (Write, "write tag fragmented"),
        0x55 => (Discover, "get instance attribute list"),
        _ => (Other, "tag service"),
    }
}

/// Services that only one class understands.
fn special(service: u8, class: u16, instance: u32) -> (Operation, &'static str) {
    match class {
        CONNECTION_MANAGER => connection_manager(service),
        FILE => file(service, instance),
        MODBUS => modbus(service),
        PCCC if service == EXECUTE_PCCC => (Other, "execute pccc"),
        // Non-volatile storage: updates of Rockwell modules (inferred).
        0xa1 => (LoadFirmware, "non-volatile storage service"),
        SYMBOL => symbol(service, instance),
        TEMPLATE if service == 0x4c => (Discover, "read template"),
        ROUTINE if service == 0x4c => (ReadProgram, "read routine"),
        // Lists of tags that operator stations have put together.
        0x72 | 0xb2 if service == 0x4c => (Read, "read tag list"),
        _ if holds_logic(class) => logic(service, instance),
        _ => (Other, "object specific service"),
    }
}

/// Connection manager (CIP Volume 1, 3-5.5).
fn connection_manager(service: u8) -> (Operation, &'static str) {
    match service {
        0x4e => (Other, "forward close"),
        0x52 => (Other, "unconnected send"),
        0x54 => (Other, "forward open"),
        0x56 => (Diagnose, "get connection data"),
        0x57 => (Diagnose, "search connection data"),
        0x5a => (Diagnose, "get connection owner"),
        0x5b => (Other, "large forward open"),
        _ => (Other, "connection manager service"),
    }
}

/// File object (CIP Volume 1, 5-42). Instances 200 and 201 hold the electronic data sheet and its licences, others
/// firmware.
fn file(service: u8, instance: u32) -> (Operation, &'static str) {
    let loads = if matches!(instance, 200 | 201) { Transfer } else { LoadFirmware };
    match service {
        0x4b => (Transfer, "initiate upload"),
        0x4c => (loads, "initiate download"),
        0x4d => (Transfer, "initiate partial read"),
        0x4e => (loads, "initiate partial write"),
        0x4f => (Transfer, "upload transfer"),
        0x50 => (loads, "download transfer"),
        0x51 => (loads, "clear file"),
        _ => (Other, "file service"),
    }
}

/// Modbus object (CIP Volume 7, 5-4).
fn modbus(service: u8) -> (Operation, &'static str) {
    match service {
        0x4b => (Read, "read discrete inputs"),
        0x4c => (Read, "read coils"),
        0x4d => (Read, "read input registers"),
        0x4e => (Read, "read holding registers"),
        0x4f => (Write, "write coils"),
        0x50 => (Write, "write holding registers"),
        _ => (Other, "modbus passthrough"),
    }
}

/// Tags addressed by the instance of their symbol; to the class itself the list of all tags.
fn symbol(service: u8, instance: u32) -> (Operation, &'static str) {
    match (service, instance) {
        (0x4b, 0) => (Discover, "list instances"),
        _ => tag(service),
    }
}

/// Vendor services of the classes that hold logic (inferred).
fn logic(service: u8, instance: u32) -> (Operation, &'static str) {
    match (service, instance) {
        (0x4b, 0) => (Discover, "list instances"),
        (0x4f, 1..) => (ReadProgram, "upload object"),
        (0x50, 1..) => (LoadProgram, "download object"),
        _ => (Other, "program service"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_class_decides() {
        assert_eq!(meaning(0x52, To::Class(CONNECTION_MANAGER), 1), (Other, "unconnected send"));
        assert_eq!(meaning(0x52, To::Tag, 1), (Read, "read tag fragmented"));
        assert_eq!(meaning(0x4e, To::Class(CONNECTION_MANAGER), 1), (Other, "forward close"));
        assert_eq!(meaning(0x4e, To::Tag, 1), (Write, "read modify write tag"));
        assert_eq!(meaning(0x01, To::Class(IDENTITY), 1).0, Identify);
        assert_eq!(meaning(0x10, To::Class(0x04), 100).0, Write);
        assert_eq!(meaning(0x10, To::Class(TCP_IP), 1).0, Configure);
        assert_eq!(meaning(0x07, To::Class(0x8e), 1).0, Stop);
    }

    #[test]
    fn program_transfers_are_told_apart_from_polling() {
        assert_eq!(meaning(0x4c, To::Class(0x72), 1).0, Read);
        assert_eq!(meaning(0x08, To::Class(0x72), 1).0, Other);
        assert_eq!(meaning(0x08, To::Class(ROUTINE), 0x2420).0, LoadProgram);
        assert_eq!(meaning(0x50, To::Class(0x6a), 0x1bfa).0, LoadProgram);
        assert_eq!(meaning(0x4f, To::Class(0x6a), 0x1bfa).0, ReadProgram);
        assert_eq!(meaning(0x4b, To::Class(0x6a), 0).0, Discover);
    }
}
