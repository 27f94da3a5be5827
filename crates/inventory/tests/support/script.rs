//! Reads a case and tells it to inventories, as decoding would.
//!
//! ```text
//! flow NAME TRANSPORT A B [PROTOCOL FAMILY CERTAINTY] [EVIDENCE [a|b]]   ends are address:port, or a MAC with /port
//! path NAME a|b [from MAC] [to MAC] [vlan N] [ttl N]
//! frames NAME a|b COUNT
//! op NAME a|b OPERATION CODE "name" request|answer|failure [COUNT] ["space" FIRST LAST] [unit N]
//! says NAME a|b ATTRIBUTE "value" CONFIDENCE "source" [about ADDRESS]
//! credential NAME a|b "kind" PROTECTION WEAKNESS
//! protection NAME PROTECTION "version"
//! application NAME "name" FAMILY
//! malformed NAME "reason"
//! close NAME
//! arp IP MAC [vlan N]
//! at SECONDS
//! ```

use std::collections::HashMap;
use std::net::IpAddr;

use inventory::Inventory;
use model::{
    Certainty, Code, CredentialSighting, Endpoint, Ends, FlowId, Host, IdentitySighting, Mac, Object,
    Observer, OperationSighting, Path, ProtectionSighting, Side, Sighting, Subject, Timestamp, Transport,
};

/// Tells the case to the inventories; which of them hears a flow or a claim is drawn by the seed.
pub fn tell(text: &str, inventories: &mut [Inventory], seed: u64) {
    let mut teller = Teller { inventories, seed, flows: HashMap::new(), next: 0, at: Timestamp(0) };
    for (number, line) in text.lines().enumerate() {
        let words = words(line);
        if !words.is_empty() {
            teller.line(&words).unwrap_or_else(|| panic!("line {}: {line}", number + 1));
        }
    }
}

struct Teller<'a> {
    inventories: &'a mut [Inventory],
    seed: u64,
    flows: HashMap<String, (usize, FlowId)>,
    next: u32,
    at: Timestamp,
}

impl Teller<'_> {
    fn line(&mut self, words: &[String]) -> Option<()> {
        let word = |n: usize| words.get(n).map(String::as_str);
        self.at.0 += 1_000_000;
        match word(0)? {
            "at" => self.at = Timestamp(word(1)?.parse::<i64>().ok()? * 1_000_000_000),
            "arp" => {
                let at = self.at;
                let vlan = option(words, "vlan").and_then(|v| v.parse().ok());
                let (ip, mac) = (word(1)?.parse().ok()?, mac(word(2)?)?);
                self.draw().claimed(ip, mac, vlan, at);
            }
            "flow" => self.flow(words)?,
            "close" => {
                let (inventory, id) = self.flow_of(word(1)?)?;
                inventory.closed(id);
            }
            _ => self.sighting(words)?,
        }
        Some(())
    }

    fn flow(&mut self, words: &[String]) -> Option<()> {
        let word = |n: usize| words.get(n).map(String::as_str);
        let transport: Transport = word(2)?.parse().ok()?;
        let ends = Ends { transport, a: endpoint(word(3)?)?, b: endpoint(word(4)?)? };
        let (at, id) = (self.at, FlowId(self.next));
        self.next += 1;
        let drawn = self.draw_index();
        self.flows.insert(word(1)?.to_string(), (drawn, id));
        let inventory = self.inventories.get_mut(drawn)?;
        inventory.opened(id, &ends, at);
        let mut at = 5;
        if let Some(certainty) = word(7).and_then(|w| w.parse().ok()) {
            inventory.recognised(id, leak(word(5)?), word(6)?.parse().ok()?, certainty);
            at = 8;
        }
        if let Some(evidence) = word(at) {
            let side = if word(at + 1) == Some("b") { Side::B } else { Side::A };
            inventory.oriented(id, side, evidence.parse().ok()?);
        }
        Some(())
    }

    fn sighting(&mut self, words: &[String]) -> Option<()> {
        let word = |n: usize| words.get(n).map(String::as_str);
        let at = self.at;
        let (inventory, id) = self.flow_of(word(1)?)?;
        let side = if word(2) == Some("b") { Side::B } else { Side::A };
        match word(0)? {
            "path" => {
                let path = Path {
                    from: option(words, "from").and_then(mac),
                    to: option(words, "to").and_then(mac),
                    vlan: option(words, "vlan").and_then(|v| v.parse().ok()),
                    hops_left: option(words, "ttl").and_then(|v| v.parse().ok()),
                };
                inventory.path(id, side, &path);
            }
            "frames" => {
                for n in 0..word(3)?.parse::<i64>().ok()? {
                    inventory.carried(id, side, Timestamp(at.0 + n), 100);
                }
            }
            "op" => {
                let object = match (word(8), word(9), word(10)) {
                    (Some(space), Some(first), Some(last)) if space != "unit" => Object::Range {
                        space: leak(space),
                        first: first.parse().ok()?,
                        last: last.parse().ok()?,
                    },
                    _ => Object::None,
                };
                let operation = OperationSighting {
                    operation: word(3)?.parse().ok()?,
                    name: leak(word(5)?),
                    code: Code::Decimal(word(4)?.parse().ok()?),
                    unit: option(words, "unit").and_then(|v| v.parse().ok()),
                    object,
                    step: word(6)?.parse().ok()?,
                };
                for _ in 0..word(7).map_or(Some(1), |n| n.parse().ok())? {
                    inventory.sighting(id, side, at, &Sighting::Operation(operation));
                }
            }
            "says" => {
                let identity = IdentitySighting {
                    subject: match option(words, "about") {
                        Some(host) => Subject::Other(endpoint(host)?.host),
                        None => Subject::Sender,
                    },
                    attribute: word(3)?.parse().ok()?,
                    value: word(4)?,
                    confidence: word(5)?.parse().ok()?,
                    source: leak(word(6)?),
                };
                inventory.sighting(id, side, at, &Sighting::Identity(identity));
            }
            "credential" => {
                let credential = CredentialSighting {
                    kind: leak(word(3)?),
                    user: None,
                    protection: word(4)?.parse().ok()?,
                    weakness: word(5)?.parse().ok()?,
                };
                inventory.sighting(id, side, at, &Sighting::Credential(credential));
            }
            "protection" => {
                let protection = ProtectionSighting {
                    protection: word(2)?.parse().ok()?,
                    version: leak(word(3)?),
                    obsolete: false,
                };
                inventory.sighting(id, Side::A, at, &Sighting::Protection(protection));
            }
            "application" => {
                let application = Sighting::Application {
                    name: leak(word(2)?),
                    family: word(3)?.parse().ok()?,
                    certainty: Certainty::Content,
                };
                inventory.sighting(id, Side::A, at, &application);
            }
            "malformed" => inventory.sighting(id, Side::A, at, &Sighting::Malformed(leak(word(2)?))),
            _ => return None,
        }
        Some(())
    }

    fn flow_of(&mut self, name: &str) -> Option<(&mut Inventory, FlowId)> {
        let (index, id) = *self.flows.get(name)?;
        Some((self.inventories.get_mut(index)?, id))
    }

    fn draw(&mut self) -> &mut Inventory {
        let index = self.draw_index();
        &mut self.inventories[index]
    }

    /// A linear congruential generator: the same seed draws the same.
    fn draw_index(&mut self) -> usize {
        self.seed = self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.seed >> 33) as usize % self.inventories.len()
    }
}

/// Words of a line, those in quotes as one; `#` begins a comment.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (n, part) in line.split('"').enumerate() {
        if n % 2 == 1 {
            words.push(part.to_string());
        } else {
            let (part, comment) = part.split_once('#').map_or((part, false), |(before, _)| (before, true));
            words.extend(part.split_whitespace().map(str::to_string));
            if comment {
                break;
            }
        }
    }
    words
}

fn option<'a>(words: &'a [String], name: &str) -> Option<&'a str> {
    let at = words.iter().position(|word| word == name)?;
    words.get(at + 1).map(String::as_str)
}

fn endpoint(text: &str) -> Option<Endpoint> {
    if let Some((host, port)) = text.split_once('/') {
        return Some(Endpoint { host: Host::Mac(mac(host)?), port: u16::from_str_radix(port, 16).ok()? });
    }
    if let Some(mac) = mac(text) {
        return Some(Endpoint { host: Host::Mac(mac), port: 0 });
    }
    if let Ok(ip) = text.parse::<IpAddr>() {
        return Some(Endpoint { host: ip.into(), port: 0 });
    }
    let socket: std::net::SocketAddr = text.parse().ok()?;
    Some(Endpoint { host: socket.ip().into(), port: socket.port() })
}

fn mac(text: &str) -> Option<Mac> {
    let octets: Vec<u8> =
        text.split(':').map(|part| u8::from_str_radix(part, 16).ok()).collect::<Option<_>>()?;
    octets.try_into().ok().map(Mac)
}

/// Names of operations live as long as the program, as those of the dissectors do.
fn leak(text: &str) -> &'static str {
    Box::leak(text.to_string().into_boxed_str())
}
