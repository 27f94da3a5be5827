//! Frame by frame: finds the flow, keeps its order, lets its protocol speak.

use std::net::IpAddr;

use model::{
    Certainty, Endpoint, Ends, Evidence, Family, FlowId, Frame, Host, Mac, Observer, Path, Side, Sighting,
    Timestamp, Transport,
};

use crate::cursor::{be16, be32, byte};
use crate::flow::{
    FLOW_SILENCE_NANOSECONDS, FLOWS_MAX, FLOWS_SWEEP_FROM, Flow, FlowKey, FlowTable, guess_orientation,
    path_number,
};
use crate::fragments::{Fragments, Piece};
use crate::packet::{self, Body, IpPacket, LinkProtocol, Packet};
use crate::protocol::Orientation;
use crate::reading::{Moment, Reading};
use crate::stream::Arrival;
use crate::table::{self, Table};
use crate::tunnel::{self, Inner};

/// Most tunnels within tunnels.
const TUNNEL_DEPTH_MAX: u8 = 4;
/// Most bytes that all flows together hold back while they wait for more.
const BUFFERED_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Silent flows are looked for every so many frames.
const SWEEP_FRAMES: u64 = 65_536;

const FIN: u8 = 0x01;
const SYN: u8 = 0x02;
const RST: u8 = 0x04;
const ACK: u8 = 0x10;

/// What could not be read, or came more than once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Frames that the capture cut short.
    pub truncated: u64,
    /// Frames or messages that break a protocol's rules.
    pub malformed: u64,
    /// Frames of link types that are not read.
    pub undecoded_links: u64,
    /// Frames that came twice within milliseconds: a mirror shows them twice.
    pub duplicates: u64,
    /// TCP segments that came before: retransmissions, or copies.
    pub repeated_segments: u64,
    /// Places where TCP bytes are missing.
    pub gaps: u64,
    /// Times that a bound on buffered bytes made waiting bytes be dropped.
    pub buffers_dropped: u64,
    /// Flows closed early because there were too many.
    pub flows_closed_early: u64,
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Counts) {
        self.truncated += other.truncated;
        self.malformed += other.malformed;
        self.undecoded_links += other.undecoded_links;
        self.duplicates += other.duplicates;
        self.repeated_segments += other.repeated_segments;
        self.gaps += other.gaps;
        self.buffers_dropped += other.buffers_dropped;
        self.flows_closed_early += other.flows_closed_early;
    }
}

/// Decodes the frames of one capture, or of one share of its flows.
pub struct Decoder {
    table: Table,
    flows: FlowTable,
    slots: Vec<Option<Flow>>,
    free: Vec<u32>,
    fragments: Fragments,
    counts: Counts,
    buffered: usize,
    frames: u64,
}

impl Default for Decoder {
    fn default() -> Decoder {
        Decoder::new()
    }
}

/// What is known of a frame while it is decoded.
#[derive(Clone, Copy)]
struct Seen {
    at: Timestamp,
    /// Length on the wire, in bytes.
    bytes: u32,
    truncated: bool,
    source: Option<Mac>,
    destination: Option<Mac>,
    vlan: Option<u16>,
    depth: u8,
}

impl Seen {
    /// The surroundings of what this frame says in a flow.
    fn moment<'a>(
        &self,
        id: u32,
        from: Side,
        orientation: &'a mut Orientation,
        malformed: &'a mut u64,
    ) -> Moment<'a> {
        let (at, truncated, vlan) = (self.at, self.truncated, self.vlan);
        Moment { at, from, truncated, vlan, flow: FlowId(id), orientation, malformed }
    }
}

/// A transport header, as far as flows care.
#[derive(Clone, Copy)]
struct Segment<'a> {
    ends: Ends,
    hops_left: Option<u8>,
    fingerprint: u32,
    payload: &'a [u8],
    /// Length of the payload on the wire, in bytes.
    length: usize,
    tcp: Option<Tcp>,
}

#[derive(Clone, Copy)]
struct Tcp {
    sequence: u32,
    acknowledgement: u32,
    flags: u8,
}

impl Decoder {
    /// A decoder of all protocols.
    pub fn new() -> Decoder {
        Decoder {
            table: Table::default(),
            flows: FlowTable::default(),
            slots: Vec::new(),
            free: Vec::new(),
            fragments: Fragments::default(),
            counts: Counts::default(),
            buffered: 0,
            frames: 0,
        }
    }

    /// What could not be read so far.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Decodes one frame and tells the observer.
    pub fn frame<O: Observer>(&mut self, frame: &Frame<'_>, observer: &mut O) {
        self.frames += 1;
        if self.frames.is_multiple_of(SWEEP_FRAMES) && self.flows.len() > FLOWS_SWEEP_FROM {
            self.sweep(frame.at, observer);
        }
        if !frame.link.is_known() {
            self.counts.undecoded_links += 1;
            return;
        }
        let truncated = (frame.bytes.len() as u64) < u64::from(frame.length);
        self.counts.truncated += u64::from(truncated);
        let packet = packet::read(frame.link, frame.bytes);
        let seen = Seen {
            at: frame.at,
            bytes: frame.length,
            truncated,
            source: packet.source,
            destination: packet.destination,
            vlan: packet.vlan,
            depth: 0,
        };
        self.packet(&packet, &seen, observer);
    }

    /// The capture is over: closes all flows, in the order they were opened as far as their numbers tell.
    pub fn finish<O: Observer>(&mut self, observer: &mut O) {
        for id in 0..self.slots.len() as u32 {
            self.drain_stream(id, observer);
            self.close(id, observer);
        }
    }

    #[inline]
    fn packet<O: Observer>(&mut self, packet: &Packet<'_>, seen: &Seen, observer: &mut O) {
        match packet.body {
            Body::Ip(ip) => self.ip(&ip, seen, observer),
            Body::Link(kind, payload) => self.link(kind, payload, None, seen, observer),
            Body::Unreadable(reason) => {
                self.counts.malformed += u64::from(!seen.truncated);
                self.link(LinkProtocol::EtherType(0), &[], Some(reason), seen, observer);
            }
        }
    }

    #[inline]
    fn link<O: Observer>(
        &mut self,
        kind: LinkProtocol,
        payload: &[u8],
        broken: Option<&'static str>,
        seen: &Seen,
        observer: &mut O,
    ) {
        let (Some(source), destination) = (seen.source, seen.destination.unwrap_or_default()) else { return };
        let port = kind.number();
        let end = |mac| Endpoint { host: Host::Mac(mac), port };
        let ends = Ends { transport: Transport::Ethernet, a: end(source), b: end(destination) };
        let found = self.table.on_link(kind, payload);
        let segment = Segment {
            ends,
            hops_left: None,
            fingerprint: fingerprint(payload),
            payload,
            length: payload.len(),
            tcp: None,
        };
        let at = seen.at;
        let id = self.flow(found.map_or(0, |(number, _)| number), &segment, at, observer, |_| {
            let orientation = guess_orientation(&ends, |_| false);
            match found {
                Some((_, protocol)) => {
                    (orientation, Reading::of(protocol), (protocol.name, protocol.family, Certainty::Content))
                }
                None => (orientation, Reading::default(), link_name(kind)),
            }
        });
        let Some((flow, from)) = self.carry(id, &segment, seen, observer) else { return };
        if let Some(reason) = broken.filter(|_| !seen.truncated) {
            observer.sighting(FlowId(id), from, at, &Sighting::Malformed(reason));
        }
        let copy = flow.is_duplicate(from, segment.fingerprint, at);
        self.counts.duplicates += u64::from(copy);
        if found.is_some() && !copy {
            self.datagram(id, from, &segment, seen, table::Transport::Ip, observer);
        }
    }

    #[inline]
    fn ip<O: Observer>(&mut self, ip: &IpPacket<'_>, seen: &Seen, observer: &mut O) {
        let truncated = seen.truncated || ip.payload.len() < ip.payload_length;
        let seen = &Seen { truncated, ..*seen };
        let Some(fragment) = ip.fragment else { return self.transport(ip, seen, observer) };
        match self.fragments.add(ip, fragment) {
            Piece::Whole(whole) => {
                let length = whole.len();
                let ip = IpPacket { payload: &whole, payload_length: length, fragment: None, ..*ip };
                self.transport(&ip, seen, observer);
            }
            Piece::Missing(ports) => {
                // The frame counts for its flow; its content waits for the rest.
                let ports = ports.unwrap_or_default();
                let known = if ports == [0; 4] { None } else { Some(&ports[..]) };
                self.counted_only(ip, known, seen, observer);
            }
        }
    }

    /// Counts a frame for its flow without reading its content.
    #[cold]
    fn counted_only<O: Observer>(
        &mut self,
        ip: &IpPacket<'_>,
        ports: Option<&[u8]>,
        seen: &Seen,
        observer: &mut O,
    ) {
        let ends = match (ip.protocol, ports) {
            (6, Some(ports)) => port_ends(ip, ports, Transport::Tcp),
            (17, Some(ports)) => port_ends(ip, ports, Transport::Udp),
            _ => None,
        }
        .unwrap_or_else(|| plain_ends(ip));
        let segment = Segment {
            ends,
            hops_left: Some(ip.hops_left),
            fingerprint: 0,
            payload: &[],
            length: 0,
            tcp: None,
        };
        let id = self.open(&segment, seen.at, observer);
        self.carry(id, &segment, seen, observer);
    }

    #[inline]
    fn transport<O: Observer>(&mut self, ip: &IpPacket<'_>, seen: &Seen, observer: &mut O) {
        match ip.protocol {
            6 => match tcp(ip) {
                Some(segment) => self.segment(&segment, seen, observer),
                None => self.broken_transport(ip, seen, "TCP header cut short or wrong", observer),
            },
            17 => match udp(ip) {
                Some(segment) => {
                    let port = segment.ends.b.port;
                    self.segment(&segment, seen, observer);
                    if let Some(inner) = tunnel::in_udp(port, segment.payload) {
                        self.inner(inner, seen, observer);
                    }
                }
                None => self.broken_transport(ip, seen, "UDP header cut short", observer),
            },
            number => {
                let segment = Segment {
                    ends: plain_ends(ip),
                    hops_left: Some(ip.hops_left),
                    fingerprint: fingerprint(ip.payload) ^ u32::from(ip.identification) << 16,
                    payload: ip.payload,
                    length: ip.payload_length,
                    tcp: None,
                };
                self.segment(&segment, seen, observer);
                if let Some(inner) = tunnel::in_ip(number, ip.payload) {
                    self.inner(inner, seen, observer);
                }
            }
        }
    }

    #[cold]
    fn broken_transport<O: Observer>(
        &mut self,
        ip: &IpPacket<'_>,
        seen: &Seen,
        reason: &'static str,
        observer: &mut O,
    ) {
        self.counted_only(ip, ip.payload.get(..4), seen, observer);
        if seen.truncated {
            return;
        }
        self.counts.malformed += 1;
        let ends = match ip.protocol {
            6 => port_ends(ip, ip.payload, Transport::Tcp),
            _ => port_ends(ip, ip.payload, Transport::Udp),
        }
        .unwrap_or_else(|| plain_ends(ip));
        if let Some(id) = self.flows.get(&FlowKey::of(&ends, 0)) {
            observer.sighting(FlowId(id), Side::A, seen.at, &Sighting::Malformed(reason));
        }
    }

    /// A frame within a frame: a remote mirror or a tunnel.
    #[cold]
    fn inner<O: Observer>(&mut self, inner: Inner<'_>, outer: &Seen, observer: &mut O) {
        if outer.depth >= TUNNEL_DEPTH_MAX {
            return;
        }
        let (packet, length) = match inner {
            Inner::Ethernet(bytes) => (packet::ethernet(bytes), bytes.len()),
            Inner::Ip(bytes) => {
                (Packet { source: None, destination: None, vlan: None, body: packet::ip(bytes) }, bytes.len())
            }
        };
        let seen = Seen {
            bytes: length as u32,
            source: packet.source,
            destination: packet.destination,
            vlan: packet.vlan,
            depth: outer.depth + 1,
            ..*outer
        };
        self.packet(&packet, &seen, observer);
    }

    /// A TCP segment, a datagram, or the payload of another protocol on IP.
    #[inline]
    fn segment<O: Observer>(&mut self, segment: &Segment<'_>, seen: &Seen, observer: &mut O) {
        let opening = segment.tcp.is_some_and(|tcp| tcp.flags & (SYN | ACK | RST) == SYN);
        let mut id = self.open(segment, seen.at, observer);
        if opening && self.begins_anew(id, segment) {
            self.close(id, observer);
            id = self.open(segment, seen.at, observer);
        }
        let Some((flow, from)) = self.carry(id, segment, seen, observer) else { return };
        let copy = flow.is_duplicate(from, segment.fingerprint, seen.at);
        self.counts.duplicates += u64::from(copy);
        match segment.tcp {
            Some(tcp) => {
                if tcp.flags & (SYN | FIN | RST) != 0 {
                    self.handshake(id, from, tcp, observer);
                }
                self.tcp(id, from, tcp, segment, seen, observer);
            }
            None if copy || segment.payload.is_empty() => {}
            None => {
                let transport = match segment.ends.transport {
                    Transport::Udp => table::Transport::Udp,
                    _ => table::Transport::Ip,
                };
                self.datagram(id, from, segment, seen, transport, observer);
            }
        }
    }

    /// True when an opening SYN uses the ports of an older connection.
    fn begins_anew(&self, id: u32, segment: &Segment<'_>) -> bool {
        let Some(flow) = self.slots.get(id as usize).and_then(Option::as_ref) else { return false };
        let from = flow.side(&segment.ends.a);
        flow.ended || flow.orientation.evidence == Evidence::Start && flow.orientation.initiator != from
    }

    fn open<O: Observer>(&mut self, segment: &Segment<'_>, at: Timestamp, observer: &mut O) -> u32 {
        self.flow(0, segment, at, observer, |table| {
            let ends = &segment.ends;
            let tcp = ends.transport == Transport::Tcp;
            let orientation = guess_orientation(ends, |port| table.service(tcp, port).is_some());
            let port = ends.at(orientation.initiator.other()).port;
            let name = match ends.transport {
                Transport::Tcp | Transport::Udp => match table.service(tcp, port) {
                    Some((name, family)) => (name, family, Certainty::Port),
                    None => (if tcp { "tcp" } else { "udp" }, Family::Unknown, Certainty::None),
                },
                Transport::Icmp | Transport::Ip | Transport::Ethernet => ip_name(port),
            };
            (orientation, Reading::default(), name)
        })
    }

    /// The flow between two ends; opened when it is new. `link` is the number of the protocol on Ethernet.
    #[inline]
    fn flow<O: Observer>(
        &mut self,
        link: u8,
        segment: &Segment<'_>,
        at: Timestamp,
        observer: &mut O,
        begin: impl FnOnce(&Table) -> (Orientation, Reading, (&'static str, Family, Certainty)),
    ) -> u32 {
        let key = FlowKey::of(&segment.ends, link);
        if let Some(id) = self.flows.get(&key) {
            return id;
        }
        if self.flows.len() >= FLOWS_MAX {
            self.sweep(at, observer);
        }
        let (orientation, reading, (name, family, certainty)) = begin(&self.table);
        let id = match self.free.pop() {
            Some(id) => id,
            None => {
                self.slots.push(None);
                (self.slots.len() - 1) as u32
            }
        };
        if let Some(slot) = self.slots.get_mut(id as usize) {
            *slot = Some(Flow::new(link, segment.ends, orientation, reading, at));
        }
        self.flows.insert(key, id);
        observer.opened(FlowId(id), &segment.ends, at);
        observer.oriented(FlowId(id), orientation.initiator, orientation.evidence);
        observer.recognised(FlowId(id), name, family, certainty);
        id
    }

    /// Counts a frame for its flow, and tells its way when that changed.
    #[inline]
    fn carry<O: Observer>(
        &mut self,
        id: u32,
        segment: &Segment<'_>,
        seen: &Seen,
        observer: &mut O,
    ) -> Option<(&mut Flow, Side)> {
        let flow = self.slots.get_mut(id as usize)?.as_mut()?;
        let from = flow.side(&segment.ends.a);
        flow.last = seen.at;
        observer.carried(FlowId(id), from, seen.at, seen.bytes);
        let path =
            Path { from: seen.source, to: seen.destination, vlan: seen.vlan, hops_left: segment.hops_left };
        let (number, known) = (path_number(&path), &mut flow.paths[from as usize]);
        if *known != number {
            *known = number;
            observer.path(FlowId(id), from, &path);
        }
        Some((flow, from))
    }

    /// Opening and end of a TCP connection.
    fn handshake<O: Observer>(&mut self, id: u32, from: Side, tcp: Tcp, observer: &mut O) {
        let Some(flow) = self.slots.get_mut(id as usize).and_then(Option::as_mut) else { return };
        if tcp.flags & SYN != 0 {
            let initiator = if tcp.flags & ACK == 0 { from } else { from.other() };
            if flow.orientation.evidence < Evidence::Start {
                flow.orientation = Orientation { initiator, evidence: Evidence::Start };
                observer.oriented(FlowId(id), initiator, Evidence::Start);
                let port = flow.port();
                if let Some((name, family)) = self.table.service(true, port) {
                    observer.recognised(FlowId(id), name, family, Certainty::Port);
                }
            }
            flow.streams[from as usize].open(tcp.sequence.wrapping_add(1));
        }
        flow.ended |= tcp.flags & (FIN | RST) != 0;
    }

    #[inline]
    fn tcp<O: Observer>(
        &mut self,
        id: u32,
        from: Side,
        tcp: Tcp,
        segment: &Segment<'_>,
        seen: &Seen,
        observer: &mut O,
    ) {
        let Some(flow) = self.slots.get_mut(id as usize).and_then(Option::as_mut) else { return };
        let before = flow.held_bytes();
        if tcp.flags & ACK != 0 {
            let other = from.other();
            flow.streams[other as usize].acknowledge(tcp.acknowledgement);
            if before > 0 {
                self.counts.gaps +=
                    continue_stream(&self.table, flow, id, other, seen, &mut self.counts.malformed, observer);
            }
        }
        // A keep-alive repeats the last byte; with SYN, data is rare and begins one later.
        if !segment.payload.is_empty() || segment.length > 0 {
            let sequence = tcp.sequence.wrapping_add(u32::from(tcp.flags & SYN != 0));
            let missing = segment.length.saturating_sub(segment.payload.len());
            match flow.streams[from as usize].arrive(sequence, segment.payload, segment.length) {
                Arrival::InOrder { repeated } => {
                    let bytes = segment.payload.get(repeated..).unwrap_or_default();
                    read(&self.table, flow, id, from, bytes, seen, &mut self.counts.malformed, observer);
                }
                Arrival::AfterGap => {
                    self.counts.gaps += 1;
                    flow.reading.gap(from);
                    read(
                        &self.table,
                        flow,
                        id,
                        from,
                        segment.payload,
                        seen,
                        &mut self.counts.malformed,
                        observer,
                    );
                }
                Arrival::Repeated => self.counts.repeated_segments += 1,
                Arrival::Kept => {}
            }
            if missing > 0 {
                flow.reading.gap(from);
            }
            if flow.streams[from as usize].ahead_bytes() > 0 {
                self.counts.gaps +=
                    continue_stream(&self.table, flow, id, from, seen, &mut self.counts.malformed, observer);
            }
        }
        let after = flow.held_bytes();
        self.buffered = self.buffered.saturating_sub(before).saturating_add(after);
        if self.buffered > BUFFERED_BYTES_MAX && after > 0 {
            self.buffered -= after;
            flow.streams = Default::default();
            flow.reading.gap(Side::A);
            flow.reading.gap(Side::B);
            self.counts.buffers_dropped += 1;
        }
    }

    #[inline]
    fn datagram<O: Observer>(
        &mut self,
        id: u32,
        from: Side,
        segment: &Segment<'_>,
        seen: &Seen,
        transport: table::Transport,
        observer: &mut O,
    ) {
        let Some(flow) = self.slots.get_mut(id as usize).and_then(Option::as_mut) else { return };
        let ports = flow.ports();
        let mut moment = seen.moment(id, from, &mut flow.orientation, &mut self.counts.malformed);
        flow.reading.datagram(segment.payload, &self.table, transport, ports, &mut moment, observer);
    }

    /// Reads what still waits for missing bytes: they will not come any more.
    fn drain_stream<O: Observer>(&mut self, id: u32, observer: &mut O) {
        let Some(flow) = self.slots.get_mut(id as usize).and_then(Option::as_mut) else { return };
        let seen = Seen {
            at: flow.last,
            bytes: 0,
            truncated: false,
            source: None,
            destination: None,
            vlan: None,
            depth: 0,
        };
        for side in [Side::A, Side::B] {
            while flow.streams[side as usize].give_up(true) {
                flow.reading.gap(side);
                self.counts.gaps += 1;
                self.counts.gaps +=
                    continue_stream(&self.table, flow, id, side, &seen, &mut self.counts.malformed, observer);
            }
        }
    }

    fn close<O: Observer>(&mut self, id: u32, observer: &mut O) {
        let Some(flow) = self.slots.get_mut(id as usize).and_then(Option::take) else { return };
        self.buffered = self.buffered.saturating_sub(flow.held_bytes());
        self.flows.remove(&FlowKey::of(&flow.ends, flow.link));
        self.free.push(id);
        observer.closed(FlowId(id));
    }

    /// Closes flows that have been silent; when that does not make room, the older half of all.
    fn sweep<O: Observer>(&mut self, now: Timestamp, observer: &mut O) {
        let live = |slot: &Option<Flow>| slot.as_ref().map(|flow| flow.last);
        let mut ages: Vec<(Timestamp, u32)> =
            self.slots.iter().zip(0..).filter_map(|(slot, id)| live(slot).map(|last| (last, id))).collect();
        ages.sort_unstable();
        let silent = ages.partition_point(|(last, _)| now.since(*last) > FLOW_SILENCE_NANOSECONDS);
        let full = ages.len() >= FLOWS_MAX;
        let count = if full { silent.max(ages.len() / 2) } else { silent };
        self.counts.flows_closed_early += count.saturating_sub(silent) as u64;
        for (_, id) in ages.into_iter().take(count) {
            self.drain_stream(id, observer);
            self.close(id, observer);
        }
    }
}

impl Flow {
    fn held_bytes(&self) -> usize {
        self.reading.held_bytes() + self.streams[0].ahead_bytes() + self.streams[1].ahead_bytes()
    }
}

/// Reads what continues the stream of one side now; answers how many gaps that took.
fn continue_stream<O: Observer>(
    table: &Table,
    flow: &mut Flow,
    id: u32,
    from: Side,
    seen: &Seen,
    malformed: &mut u64,
    observer: &mut O,
) -> u64 {
    let mut gaps = 0;
    loop {
        while let Some((bytes, repeated)) = flow.streams[from as usize].continued() {
            read(table, flow, id, from, bytes.get(repeated..).unwrap_or_default(), seen, malformed, observer);
        }
        if !flow.streams[from as usize].give_up(false) {
            return gaps;
        }
        gaps += 1;
        flow.reading.gap(from);
    }
}

/// Reads bytes of a stream that are in order.
#[allow(clippy::too_many_arguments, reason = "the parts of a decoder that the flow must not own")]
fn read<O: Observer>(
    table: &Table,
    flow: &mut Flow,
    id: u32,
    from: Side,
    bytes: &[u8],
    seen: &Seen,
    malformed: &mut u64,
    observer: &mut O,
) {
    if bytes.is_empty() {
        return;
    }
    let ports = flow.ports();
    let mut moment = seen.moment(id, from, &mut flow.orientation, malformed);
    flow.reading.bytes(bytes, table, ports, &mut moment, observer);
}

#[inline]
fn port_ends(ip: &IpPacket<'_>, header: &[u8], transport: Transport) -> Option<Ends> {
    let end = |ip: IpAddr, port| Endpoint { host: Host::Ip(ip), port };
    Some(Ends { transport, a: end(ip.source, be16(header, 0)?), b: end(ip.destination, be16(header, 2)?) })
}

fn plain_ends(ip: &IpPacket<'_>) -> Ends {
    let end = |host: IpAddr| Endpoint { host: Host::Ip(host), port: u16::from(ip.protocol) };
    let transport = if matches!(ip.protocol, 1 | 58) { Transport::Icmp } else { Transport::Ip };
    Ends { transport, a: end(ip.source), b: end(ip.destination) }
}

/// RFC 9293, 3.1.
#[inline]
fn tcp<'a>(ip: &IpPacket<'a>) -> Option<Segment<'a>> {
    let header = ip.payload;
    let ends = port_ends(ip, header, Transport::Tcp)?;
    let header_length = usize::from(byte(header, 12)? >> 4) * 4;
    let payload = header.get(header_length..).filter(|_| header_length >= 20)?;
    let sequence = be32(header, 4)?;
    let (acknowledgement, flags, checksum) =
        (be32(header, 8)?, byte(header, 13)?, u64::from(be16(header, 16)?));
    Some(Segment {
        ends,
        hops_left: Some(ip.hops_left),
        fingerprint: mix([
            u64::from(sequence) << 32 | u64::from(acknowledgement),
            checksum << 32 | u64::from(ip.identification) << 16 | u64::from(flags),
        ]),
        payload,
        length: ip.payload_length.saturating_sub(header_length),
        tcp: Some(Tcp { sequence, acknowledgement, flags }),
    })
}

/// RFC 768.
#[inline]
fn udp<'a>(ip: &IpPacket<'a>) -> Option<Segment<'a>> {
    let ends = port_ends(ip, ip.payload, Transport::Udp)?;
    let stated = usize::from(be16(ip.payload, 4)?);
    let checksum = be16(ip.payload, 6)?;
    let all = ip.payload.get(8..)?;
    // A length of 0 is allowed for jumbograms (RFC 2675) and left by offload; padding lies behind the stated length.
    let payload = if stated >= 8 { all.get(..(stated - 8).min(all.len())).unwrap_or(all) } else { all };
    let content = if checksum == 0 {
        fingerprint(payload)
    } else {
        u32::from(checksum) << 16 | payload.len() as u32 & 0xffff
    };
    Some(Segment {
        ends,
        hops_left: Some(ip.hops_left),
        fingerprint: content ^ u32::from(ip.identification).rotate_left(8),
        payload,
        length: payload.len(),
        tcp: None,
    })
}

/// A short number that copies of a payload share.
fn fingerprint(payload: &[u8]) -> u32 {
    let (words, rest) = payload.as_chunks::<8>();
    let rest = rest.iter().fold(payload.len() as u64, |sum, &byte| sum << 8 ^ u64::from(byte));
    mix(words.iter().map(|word| u64::from_le_bytes(*word)).chain([rest]))
}

/// Mixes words into a short number, so that near values lie far apart.
fn mix(words: impl IntoIterator<Item = u64>) -> u32 {
    let sum = words.into_iter().fold(0x2545_f491_4f6c_dd1d_u64, |sum, word| {
        (sum ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29)
    });
    (sum ^ sum >> 32) as u32
}

/// Protocols directly on IP, by the IANA protocol number registry.
fn ip_name(number: u16) -> (&'static str, Family, Certainty) {
    let (name, family) = match number {
        1 => ("icmp", Family::Network),
        2 => ("igmp", Family::Network),
        4 | 41 => ("ip-in-ip", Family::Tunnel),
        6 => ("tcp", Family::Unknown),
        17 => ("udp", Family::Unknown),
        47 => ("gre", Family::Tunnel),
        50 => ("esp", Family::Tunnel),
        51 => ("ah", Family::Tunnel),
        58 => ("icmpv6", Family::Network),
        88 => ("eigrp", Family::Network),
        89 => ("ospf", Family::Network),
        103 => ("pim", Family::Network),
        112 => ("vrrp", Family::Network),
        132 => ("sctp", Family::Unknown),
        _ => ("ip", Family::Unknown),
    };
    (name, family, Certainty::Content)
}

/// Protocols directly on a link that are named but not decoded, by the IEEE EtherType registry and IEEE 802.2.
fn link_name(kind: LinkProtocol) -> (&'static str, Family, Certainty) {
    let (name, family) = match kind {
        LinkProtocol::EtherType(0x0800 | 0x86dd) => ("ip", Family::Unknown),
        LinkProtocol::EtherType(0x0806) => ("arp", Family::Network),
        LinkProtocol::EtherType(0x8863 | 0x8864) => ("pppoe", Family::Tunnel),
        LinkProtocol::EtherType(0x888e) => ("eapol", Family::Network),
        LinkProtocol::EtherType(0x8892) => ("profinet", Family::Fieldbus),
        LinkProtocol::EtherType(0x88a4) => ("ethercat", Family::Fieldbus),
        LinkProtocol::EtherType(0x88ab) => ("powerlink", Family::Fieldbus),
        LinkProtocol::EtherType(0x88b8) => ("goose", Family::Fieldbus),
        LinkProtocol::EtherType(0x88ba) => ("sv", Family::Fieldbus),
        LinkProtocol::EtherType(0x88cc) => ("lldp", Family::Discovery),
        LinkProtocol::EtherType(0x88cd) => ("sercosiii", Family::Fieldbus),
        LinkProtocol::EtherType(0x88e3) => ("profinet-mrp", Family::Network),
        LinkProtocol::EtherType(0x88f7) => ("ptp", Family::Network),
        LinkProtocol::EtherType(0x88fb) => ("hsr-prp", Family::Network),
        LinkProtocol::EtherType(0x8809) => ("slow-protocols", Family::Network),
        LinkProtocol::EtherType(0x8902) => ("cfm", Family::Network),
        LinkProtocol::EtherType(0x9000) => ("loopback-test", Family::Network),
        LinkProtocol::EtherType(0) => ("unreadable", Family::Unknown),
        LinkProtocol::Llc(0x42) => ("stp", Family::Network),
        LinkProtocol::Llc(0xfe) => ("iso-clnp", Family::Network),
        LinkProtocol::Llc(0xe0) => ("ipx", Family::Office),
        LinkProtocol::Llc(0xf0) => ("netbios", Family::Office),
        LinkProtocol::Snap(0x00000c, 0x2000) => ("cdp", Family::Discovery),
        LinkProtocol::Snap(0x00000c, 0x010b) => ("stp", Family::Network),
        LinkProtocol::Snap(0x00000c, 0x2003) => ("vtp", Family::Network),
        LinkProtocol::Snap(0x00000c, 0x2004) => ("dtp", Family::Network),
        LinkProtocol::Llc(_) | LinkProtocol::Snap(..) => ("llc", Family::Unknown),
        LinkProtocol::EtherType(_) => ("ethernet", Family::Unknown),
    };
    (name, family, if name == "ethernet" || name == "llc" { Certainty::None } else { Certainty::Content })
}
