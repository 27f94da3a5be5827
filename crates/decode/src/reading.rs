//! Reading one flow: recognises its protocol by content and cuts its bytes into messages.

use model::{Certainty, Endpoint, Ends, Evidence, FlowId, Host, Mac, Observer, Side, Timestamp};

use crate::protocol::{Context, Dissector, Framing, Opening, Orientation, Protocol, Verdict};
use crate::table::{Ports, Table, Transport};

/// Most bytes of an incomplete message that wait for the rest, per direction.
pub const HELD_BYTES_MAX: usize = 64 * 1024;
/// Most bytes kept per direction while no protocol is recognised.
pub const OPENING_BYTES_MAX: usize = 4 * 1024;
/// After so many payloads without a match, only the protocols at home on the port are asked again.
const TRIES_MAX: u8 = 8;

/// The reading of one flow.
#[derive(Default)]
pub struct Reading {
    talk: Talk,
    tries: u8,
    sides: [Half; 2],
}

#[derive(Default)]
enum Talk {
    #[default]
    Unknown,
    Known(Box<dyn Dissector>),
}

#[derive(Default)]
struct Half {
    /// Bytes of an incomplete message, or of a flow not recognised yet.
    held: Vec<u8>,
    /// Bytes still to be stepped over.
    skip: usize,
    /// True after a gap or foreign bytes: what comes next need not be the beginning of a message.
    lost: bool,
}

/// The surroundings of a payload.
pub struct Moment<'a> {
    /// When the frame was captured.
    pub at: Timestamp,
    /// Who sent it.
    pub from: Side,
    /// True when the capture cut it.
    pub truncated: bool,
    /// Outermost VLAN id.
    pub vlan: Option<u16>,
    /// The flow.
    pub flow: FlowId,
    /// Who started the flow.
    pub orientation: &'a mut Orientation,
    /// Counts broken messages.
    pub malformed: &'a mut u64,
}

impl Moment<'_> {
    fn context<'a>(&'a mut self, observer: &'a mut dyn Observer) -> Context<'a> {
        Context {
            at: self.at,
            from: self.from,
            truncated: self.truncated,
            flow: self.flow,
            vlan: self.vlan,
            orientation: self.orientation,
            malformed: self.malformed,
            observer,
        }
    }
}

impl Reading {
    /// A reading whose protocol the link layer has named already.
    pub fn of(protocol: &Protocol) -> Reading {
        Reading { talk: Talk::Known((protocol.start)()), ..Reading::default() }
    }

    /// Bytes held back for both directions.
    pub fn held_bytes(&self) -> usize {
        self.sides.iter().map(|side| side.held.len()).sum()
    }

    /// Bytes of a direction are missing.
    pub fn gap(&mut self, from: Side) {
        let half = &mut self.sides[from as usize];
        half.held.clear();
        half.skip = 0;
        half.lost = true;
        if let Talk::Known(dissector) = &mut self.talk {
            dissector.gap(from);
        }
    }

    /// The next bytes of a stream have come, in order.
    pub fn bytes(
        &mut self,
        bytes: &[u8],
        table: &Table,
        ports: Ports,
        moment: &mut Moment<'_>,
        observer: &mut dyn Observer,
    ) {
        if matches!(self.talk, Talk::Unknown)
            && !self.recognise(bytes, table, Transport::Tcp, ports, moment, observer)
        {
            return;
        }
        let Talk::Known(dissector) = &mut self.talk else { return };
        let half = &mut self.sides[moment.from as usize];
        half.read(bytes, dissector.as_mut(), moment, observer);
    }

    /// A datagram, or the payload of an Ethernet frame.
    pub fn datagram(
        &mut self,
        bytes: &[u8],
        table: &Table,
        transport: Transport,
        ports: Ports,
        moment: &mut Moment<'_>,
        observer: &mut dyn Observer,
    ) {
        if matches!(self.talk, Talk::Unknown)
            && !self.recognise(bytes, table, transport, ports, moment, observer)
        {
            return;
        }
        let Talk::Known(dissector) = &mut self.talk else { return };
        let mut rest = bytes;
        while !rest.is_empty() {
            let (message, step) = match dissector.frame(rest, moment.from) {
                Framing::Message(length) => (length, length),
                Framing::Head { deliver, total } => (deliver, total),
                Framing::Skip(length) => (0, length),
                Framing::More => {
                    moment.context(observer).malformed("message cut short");
                    return;
                }
                Framing::Foreign => {
                    moment.context(observer).malformed("not a message of this protocol");
                    return;
                }
            };
            if message > rest.len() {
                moment.context(observer).malformed("message longer than its datagram");
                return;
            }
            if message > 0 {
                dissector.message(rest.get(..message).unwrap_or(rest), &mut moment.context(observer));
            }
            rest = rest.get(step.max(1)..).unwrap_or_default();
        }
    }

    /// Asks the protocols. True when one said yes; earlier bytes of the flow have then been read already, except
    /// `bytes` itself.
    fn recognise(
        &mut self,
        bytes: &[u8],
        table: &Table,
        transport: Transport,
        ports: Ports,
        moment: &mut Moment<'_>,
        observer: &mut dyn Observer,
    ) -> bool {
        let home_only = self.tries >= TRIES_MAX;
        if home_only && !table.is_home(transport, ports) {
            return false;
        }
        self.tries = self.tries.saturating_add(1);
        let stream = transport == Transport::Tcp;
        let from_initiator = moment.from == moment.orientation.initiator;
        let half = &mut self.sides[moment.from as usize];
        let earlier = half.held.len();
        let whole = if earlier == 0 {
            bytes
        } else {
            half.held.extend_from_slice(bytes);
            &half.held
        };
        let (found, maybe) = ask(table, transport, ports, home_only, &mut |at_home| Opening {
            bytes: whole,
            at_home,
            from_initiator,
            stream,
        });
        let Some(protocol) = found else {
            let keep = maybe && stream && whole.len() <= OPENING_BYTES_MAX;
            match (keep, earlier == 0) {
                (true, true) => half.held.extend_from_slice(bytes),
                (true, false) => {}
                (false, _) => half.held = Vec::new(),
            }
            return false;
        };
        observer.recognised(moment.flow, protocol.name, protocol.family, Certainty::Content);
        let mut dissector = (protocol.start)();
        half.held.truncate(earlier);
        self.replay(dissector.as_mut(), moment, observer);
        self.talk = Talk::Known(dissector);
        true
    }

    /// Reads what came before the protocol was recognised: first the other side's bytes, then this side's.
    fn replay(
        &mut self,
        dissector: &mut dyn Dissector,
        moment: &mut Moment<'_>,
        observer: &mut dyn Observer,
    ) {
        let from = moment.from;
        for side in [from.other(), from] {
            let half = &mut self.sides[side as usize];
            let held = std::mem::take(&mut half.held);
            if !held.is_empty() {
                moment.from = side;
                half.read(&held, dissector, moment, observer);
            }
        }
        moment.from = from;
    }
}

/// Drives one dissector with pieces of both directions, as a stream or as datagrams. This is what the fuzz targets
/// call; the product goes through [`crate::Decoder`].
pub fn exercise(protocol: &Protocol, pieces: &[(Side, &[u8])], stream: bool, observer: &mut dyn Observer) {
    let table = Table::new(&[]);
    let (flow, end) = (FlowId(0), Endpoint { host: Host::Mac(Mac([2, 0, 0, 0, 0, 1])), port: 1 });
    let ends = Ends {
        transport: model::Transport::Ethernet,
        a: end,
        b: Endpoint { host: Host::Mac(Mac([2, 0, 0, 0, 0, 2])), port: 1 },
    };
    observer.opened(flow, &ends, Timestamp(0));
    let mut orientation = Orientation { initiator: Side::A, evidence: Evidence::LowerPort };
    let (mut reading, mut malformed) = (Reading::of(protocol), 0);
    for (number, (from, bytes)) in (1..).zip(pieces) {
        let mut moment = Moment {
            at: Timestamp(number),
            from: *from,
            truncated: false,
            vlan: None,
            flow,
            orientation: &mut orientation,
            malformed: &mut malformed,
        };
        let opening = Opening { bytes, at_home: number % 2 == 0, from_initiator: *from == Side::A, stream };
        let _ = (protocol.probe)(&opening);
        if bytes.is_empty() {
            reading.gap(*from);
        } else if stream {
            reading.bytes(bytes, &table, [1, 1], &mut moment, observer);
        } else {
            reading.datagram(bytes, &table, Transport::Udp, [1, 1], &mut moment, observer);
        }
    }
    observer.closed(flow);
}

/// Asks first the protocols at home on the port, then all that can be anywhere. Answers with the first that says
/// yes, and whether one would like to see more.
fn ask<'b>(
    table: &Table,
    transport: Transport,
    ports: Ports,
    home_only: bool,
    opening: &mut dyn FnMut(bool) -> Opening<'b>,
) -> (Option<&'static Protocol>, bool) {
    let mut maybe = false;
    for (at_home, protocols) in [(true, table.home(transport, ports)), (false, table.anywhere(transport))] {
        if !at_home && home_only {
            break;
        }
        for protocol in protocols {
            match (protocol.probe)(&opening(at_home)) {
                Verdict::Yes => return (Some(protocol), maybe),
                Verdict::Maybe => maybe = true,
                Verdict::No => {}
            }
        }
    }
    (None, maybe)
}

impl Half {
    fn read(
        &mut self,
        bytes: &[u8],
        dissector: &mut dyn Dissector,
        moment: &mut Moment<'_>,
        observer: &mut dyn Observer,
    ) {
        let bytes = self.step_over(bytes);
        if bytes.is_empty() {
            return;
        }
        if self.held.is_empty() {
            let used = self.messages(bytes, dissector, moment, observer);
            self.held.extend_from_slice(bytes.get(used..).unwrap_or_default());
        } else {
            let mut held = std::mem::take(&mut self.held);
            held.extend_from_slice(bytes);
            let used = self.messages(&held, dissector, moment, observer);
            held.drain(..used.min(held.len()));
            self.held = held;
        }
        if self.held.len() > HELD_BYTES_MAX {
            self.lose(moment, observer, "message longer than what is kept");
        }
    }

    fn step_over<'b>(&mut self, bytes: &'b [u8]) -> &'b [u8] {
        let step = self.skip.min(bytes.len());
        self.skip -= step;
        bytes.get(step..).unwrap_or_default()
    }

    /// Reads whole messages; answers how many bytes are done with.
    fn messages(
        &mut self,
        bytes: &[u8],
        dissector: &mut dyn Dissector,
        moment: &mut Moment<'_>,
        observer: &mut dyn Observer,
    ) -> usize {
        let mut used = 0;
        while let Some(rest) = bytes.get(used..).filter(|rest| !rest.is_empty()) {
            let (deliver, total) = match dissector.frame(rest, moment.from) {
                Framing::Message(length) => (length.max(1), length.max(1)),
                Framing::Head { deliver, total } => (deliver.min(total), total.max(1)),
                Framing::Skip(length) => (0, length.max(1)),
                Framing::More => return used,
                Framing::Foreign => {
                    self.lose(moment, observer, "not a message of this protocol");
                    return bytes.len();
                }
            };
            if deliver > rest.len() {
                if deliver > HELD_BYTES_MAX {
                    self.lose(moment, observer, "message longer than what is kept");
                    return bytes.len();
                }
                return used;
            }
            self.lost = false;
            if deliver > 0 {
                dissector.message(rest.get(..deliver).unwrap_or(rest), &mut moment.context(observer));
            }
            let step = total.min(rest.len());
            self.skip = total - step;
            used += step;
        }
        used
    }

    /// Drops what is held. Told once, until a message was read again; after a gap it is nobody's fault.
    fn lose(&mut self, moment: &mut Moment<'_>, observer: &mut dyn Observer, reason: &'static str) {
        self.held = Vec::new();
        if !self.lost {
            moment.context(observer).malformed(reason);
        }
        self.lost = true;
    }
}
