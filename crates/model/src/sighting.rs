//! What one frame told us: the only things a dissector may say.

use std::fmt;

use crate::code::codes;
use crate::{Certainty, Family, Host, Operation, Protection};

/// One thing a frame told us, borrowed from the frame.
#[derive(Debug, Clone, Copy)]
pub enum Sighting<'a> {
    /// Something was asked for, answered, refused, or reported.
    Operation(OperationSighting<'a>),
    /// A device said who it, or another, is.
    Identity(IdentitySighting<'a>),
    /// Credentials were presented. The secret itself is never carried.
    Credential(CredentialSighting<'a>),
    /// How the conversation is protected, or which version it speaks.
    Protection(ProtectionSighting),
    /// A named application inside the conversation, such as a remote-maintenance tool known by its server name.
    Application {
        /// The product's usual name.
        name: &'static str,
        /// What trade it belongs to.
        family: Family,
        /// Whether content or only a name suggests it.
        certainty: Certainty,
    },
    /// Bytes that break the protocol's rules; decoding went on with the next frame.
    Malformed(&'static str),
}

/// What was done, in the words of every protocol and in the protocol's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OperationSighting<'a> {
    /// The common word.
    pub operation: Operation,
    /// The protocol's own name for it, lower case, as in "write multiple registers".
    pub name: &'static str,
    /// The protocol's own function code.
    pub code: Code,
    /// The device behind the address: Modbus unit, DNP3 link address, IEC 104 common address ...
    pub unit: Option<u32>,
    /// What it was done to.
    pub object: Object<'a>,
    /// Whether this frame asks, answers, refuses or reports.
    pub step: Step,
}

codes! {
    /// Where in an exchange a frame stands.
    Step {
        /// Asks for something, or reports without being asked: counts as one request.
        Request = "request",
        /// The device did it.
        Answer = "answer",
        /// The device said no: exception, error status, negative confirmation. A time-out is not a failure.
        Failure = "failure",
    }
}

/// A protocol's own function code, in the notation its specification prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Code {
    /// The protocol has none.
    None,
    /// `45`
    Decimal(u32),
    /// `0x4c`
    Hex8(u8),
    /// `0x0065`
    Hex16(u16),
    /// `4/1`
    Pair(u16, u16),
    /// `u8`
    Lettered(char, u32),
    /// `connect`
    Word(&'static str),
}

impl Code {
    /// The code in one number below 2^56: where these differ, codes differ. Codes with equal numbers are equal too,
    /// unless they are words: those share one number.
    #[inline]
    pub fn number(self) -> u64 {
        let (kind, number) = match self {
            Code::None => (0, 0),
            Code::Decimal(n) => (1, u64::from(n)),
            Code::Hex8(n) => (2, u64::from(n)),
            Code::Hex16(n) => (3, u64::from(n)),
            Code::Pair(a, b) => (4, u64::from(a) << 16 | u64::from(b)),
            Code::Lettered(letter, n) => (5, u64::from(u32::from(letter)) << 32 | u64::from(n)),
            Code::Word(_) => (6, 0),
        };
        kind << 53 | number
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Code::None => Ok(()),
            Code::Decimal(n) => write!(f, "{n}"),
            Code::Hex8(n) => write!(f, "0x{n:02x}"),
            Code::Hex16(n) => write!(f, "0x{n:04x}"),
            Code::Pair(a, b) => write!(f, "{a}/{b}"),
            Code::Lettered(letter, n) => write!(f, "{letter}{n}"),
            Code::Word(word) => f.write_str(word),
        }
    }
}

/// What an operation was done to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Object<'a> {
    /// Not stated.
    None,
    /// A numbered range, as in "holding registers 100..109". Both ends belong to it.
    Range {
        /// What is numbered.
        space: &'static str,
        /// First number.
        first: u64,
        /// Last number.
        last: u64,
    },
    /// A numbered range inside a numbered block, as in "DB1 0..3".
    Block {
        /// What kind of block.
        space: &'static str,
        /// Its number.
        block: u32,
        /// First number in it.
        first: u64,
        /// Last number in it.
        last: u64,
    },
    /// Something with a name, as in `tag "Motor.Speed"`.
    Named {
        /// What kind of thing.
        space: &'static str,
        /// Its name, as found on the wire (lossily decoded).
        name: &'a str,
    },
}

impl fmt::Display for Object<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Object::None => Ok(()),
            Object::Range { space, first, last } if first == last => write!(f, "{space} {first}"),
            Object::Range { space, first, last } => write!(f, "{space} {first}..{last}"),
            Object::Block { space, block, first, last } if first == last => {
                write!(f, "{space}{block} {first}")
            }
            Object::Block { space, block, first, last } => write!(f, "{space}{block} {first}..{last}"),
            Object::Named { space, name } => write!(f, "{space} \"{}\"", crate::printable(name)),
        }
    }
}

/// A statement about who a device is.
#[derive(Debug, Clone, Copy)]
pub struct IdentitySighting<'a> {
    /// Whom it is about.
    pub subject: Subject,
    /// Which property.
    pub attribute: Attribute,
    /// Its value as text.
    pub value: &'a str,
    /// Where it was read, as in "S7 SZL 0x0011".
    pub source: &'static str,
    /// How far it can be trusted.
    pub confidence: Confidence,
}

/// Whom an identity sighting is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// The sender of the frame.
    Sender,
    /// The receiver of the frame.
    Receiver,
    /// Another host that the content names.
    Other(Host),
}

codes! {
    /// A property of an asset. `Role`, `Ip` and `Mac` carry codes or addresses as text.
    Attribute {
        /// Who made it.
        Vendor = "vendor",
        /// Product or model name.
        Product = "product",
        /// The maker's order or catalogue number.
        OrderNumber = "order_number",
        /// Hardware revision.
        Hardware = "hardware",
        /// Firmware version.
        Firmware = "firmware",
        /// Serial number.
        Serial = "serial",
        /// Host, station or device name.
        Name = "name",
        /// Operating system.
        Os = "os",
        /// Free text that the device says of itself.
        Description = "description",
        /// Where it stands, as configured in it.
        Location = "location",
        /// What it says it is; the value is the text of a `Role`.
        Role = "role",
        /// An IP address that belongs to the subject.
        Ip = "ip",
        /// A hardware address that belongs to the subject.
        Mac = "mac",
        /// Names in a certificate it presents.
        Certificate = "certificate",
        /// Software that it runs, as a banner states it.
        Software = "software",
    }
}

codes! {
    /// How far a value can be trusted.
    Confidence {
        /// The device, or a protocol made for it, says so.
        Stated = "stated",
        /// Read out of something meant for another purpose, such as a banner.
        Derived = "derived",
        /// A guess, such as the maker behind a hardware address.
        Guessed = "guessed",
    }
}

/// Credentials were presented. The secret is compared, then dropped; it never leaves the dissector.
#[derive(Debug, Clone, Copy)]
pub struct CredentialSighting<'a> {
    /// What was presented, as in "password", "community string", "bearer token".
    pub kind: &'static str,
    /// The user name, where it is not itself a secret.
    pub user: Option<&'a str>,
    /// How it was protected on the wire.
    pub protection: Protection,
    /// Whether it is empty or on the list of makers' defaults.
    pub weakness: Weakness,
}

codes! {
    /// What is wrong with a credential beyond its protection.
    Weakness {
        /// Nothing known.
        None = "none",
        /// The secret is empty.
        Empty = "empty",
        /// The secret is a well-known default.
        Default = "default",
        /// No credential was asked for: access without a name.
        Anonymous = "anonymous",
    }
}

/// How a conversation is protected, and which version it speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProtectionSighting {
    /// Clear, signed, encrypted.
    pub protection: Protection,
    /// The version as the protocol's people write it, as in "TLS 1.0"; empty when not known.
    pub version: &'static str,
    /// True when this version is withdrawn or known to be broken.
    pub obsolete: bool,
}
