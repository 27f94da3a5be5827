//! Frame by frame: finds the flow, keeps its order, lets its protocol speak.

use model::{
    Certainty, Evidence, Family, FlowId, Frame, Observer, Path, Side, Sighting, Timestamp, Transport,
};

use crate::flow::{
    FLOW_SILENCE_NANOSECONDS, FLOWS_MAX, FLOWS_SWEEP_FROM, FLOWS_TIDY_FROM, Flow, FlowKey, Flows,
    guess_orientation, path_number,
};
use crate::fragments::{Fragments, Piece};
use crate::packet::{self, Body, Hardware, IpPacket, LinkProtocol, Packet};
use crate::protocol::Orientation;
use crate::reading::{Moment, Reading};
use crate::segment::{ACK, Between, FIN, RST, SYN, Segment, Tcp, fingerprint, tcp, udp};
use crate::services::{ip_name, link_name};
use crate::stream::Arrival;
use crate::table::{self, Table};
use crate::tunnel::{self, Inner};

/// Most tunnels within tunnels.
const TUNNEL_DEPTH_MAX: u8 = 4;
/// Most bytes that all flows together hold back while they wait for more.
const BUFFERED_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Silent flows are looked for every so many frames.
const SWEEP_FRAMES: u64 = 65_536;

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
    flows: Flows,
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
    hardware: Hardware,
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

impl Decoder {
    /// A decoder of all protocols.
    pub fn new() -> Decoder {
        Decoder {
            table: Table::default(),
            flows: Flows::default(),
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
        if self.frames.is_multiple_of(SWEEP_FRAMES) && self.flows.len() > FLOWS_TIDY_FROM {
            self.sweep(frame.at, observer);
        }
        let truncated = (frame.bytes.len() as u64) < u64::from(frame.length);
        let seen = Seen {
            at: frame.at,
            bytes: frame.length,
            truncated,
            hardware: Hardware::default(),
            vlan: None,
            depth: 0,
        };
        match packet::plain(frame.link, frame.bytes) {
            Some((hardware, vlan, ip)) => {
                self.counts.truncated += u64::from(truncated);
                let truncated = truncated || ip.payload.len() < ip.payload_length;
                let seen = Seen { hardware, vlan, truncated, ..seen };
                self.transport(&ip, &seen, observer);
            }
            None => self.other_frame(frame, seen, observer),
        }
    }

    #[inline(never)]
    fn other_frame<O: Observer>(&mut self, frame: &Frame<'_>, seen: Seen, observer: &mut O) {
        if !frame.link.is_known() {
            self.counts.undecoded_links += 1;
            return;
        }
        self.counts.truncated += u64::from(seen.truncated);
        let packet = packet::read(frame.link, frame.bytes);
        let Packet { hardware, vlan, .. } = packet;
        self.packet(&packet, &Seen { hardware, vlan, ..seen }, observer);
    }

    /// The capture is over: closes all flows, in the order they were opened as far as their numbers tell.
    pub fn finish<O: Observer>(&mut self, observer: &mut O) {
        for id in 0..self.flows.end() {
            self.drain_stream(id, observer);
            self.close(id, observer);
        }
    }

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

    fn link<O: Observer>(
        &mut self,
        kind: LinkProtocol,
        payload: &[u8],
        broken: Option<&'static str>,
        seen: &Seen,
        observer: &mut O,
    ) {
        let (Some(source), destination) =
            (seen.hardware.source(), seen.hardware.destination().unwrap_or_default())
        else {
            return;
        };
        let found = self.table.on_link(kind, payload);
        let segment = Segment {
            between: Between::link(source, destination, kind.number()),
            hops_left: None,
            fingerprint: fingerprint(payload),
            payload,
            length: payload.len(),
            tcp: None,
        };
        let link = found.map_or(0, |(number, _)| number);
        let key = FlowKey::of(&segment.between, link);
        let id = match self.flows.find(&key.0) {
            Some(id) => id,
            None => {
                let orientation = guess_orientation(&segment.between.ends(), |_| false);
                let (reading, name) = match found {
                    Some((_, protocol)) => {
                        (Reading::of(protocol), (protocol.name, protocol.family, Certainty::Content))
                    }
                    None => (Reading::default(), link_name(kind)),
                };
                self.begin(link, key, segment.between, seen.at, (orientation, reading, name), observer)
            }
        };
        let Decoder { flows, counts, table, .. } = self;
        let Some((flow, from)) = carry(flows, id, key.1, &segment, seen, observer) else { return };
        if let Some(reason) = broken.filter(|_| !seen.truncated) {
            observer.sighting(FlowId(id), from, seen.at, &Sighting::Malformed(reason));
        }
        let copy = flow.is_duplicate(from, segment.fingerprint, seen.at);
        counts.duplicates += u64::from(copy);
        if found.is_some() && !copy {
            let transport = table::Transport::Ip;
            read_datagram(
                table,
                flow,
                id,
                from,
                segment.payload,
                *seen,
                transport,
                &mut counts.malformed,
                observer,
            );
        }
    }

    #[inline(never)]
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

    /// Counts a frame for its flow without reading its content; answers which flow that is.
    #[cold]
    fn counted_only<O: Observer>(
        &mut self,
        ip: &IpPacket<'_>,
        ports: Option<&[u8]>,
        seen: &Seen,
        observer: &mut O,
    ) -> u32 {
        let between = match (ip.protocol, ports) {
            (6, Some(ports)) => Between::ports(ip.addresses, ports, Transport::Tcp),
            (17, Some(ports)) => Between::ports(ip.addresses, ports, Transport::Udp),
            _ => None,
        };
        let segment = Segment {
            between: between.unwrap_or_else(|| Between::plain(ip.addresses, ip.protocol)),
            hops_left: Some(ip.hops_left),
            fingerprint: 0,
            payload: &[],
            length: 0,
            tcp: None,
        };
        let key = FlowKey::of(&segment.between, 0);
        let id = self.flow(key, &segment, seen.at, observer);
        carry(&mut self.flows, id, key.1, &segment, seen, observer);
        id
    }

    #[inline(always)]
    fn transport<O: Observer>(&mut self, ip: &IpPacket<'_>, seen: &Seen, observer: &mut O) {
        match ip.protocol {
            6 => match tcp(ip) {
                Some(segment) => self.segment(&segment, seen, observer),
                None => self.broken_transport(*ip, *seen, "TCP header cut short or wrong", observer),
            },
            17 => match udp(ip) {
                Some(segment) => {
                    self.segment(&segment, seen, observer);
                    let [_, port] = segment.between.ports;
                    if let Some(inner) = tunnel::in_udp(port, segment.payload) {
                        self.inner(inner, *seen, observer);
                    }
                }
                None => self.broken_transport(*ip, *seen, "UDP header cut short", observer),
            },
            _ => self.other_transport(*ip, *seen, observer),
        }
    }

    #[inline(never)]
    fn other_transport<O: Observer>(&mut self, ip: IpPacket<'_>, seen: Seen, observer: &mut O) {
        let segment = Segment {
            between: Between::plain(ip.addresses, ip.protocol),
            hops_left: Some(ip.hops_left),
            fingerprint: fingerprint(ip.payload) ^ u32::from(ip.identification) << 16,
            payload: ip.payload,
            length: ip.payload_length,
            tcp: None,
        };
        self.segment(&segment, &seen, observer);
        if let Some(inner) = tunnel::in_ip(ip.protocol, ip.payload) {
            self.inner(inner, seen, observer);
        }
    }

    #[cold]
    fn broken_transport<O: Observer>(
        &mut self,
        ip: IpPacket<'_>,
        seen: Seen,
        reason: &'static str,
        observer: &mut O,
    ) {
        let id = self.counted_only(&ip, ip.payload.get(..4), &seen, observer);
        if !seen.truncated {
            self.counts.malformed += 1;
            observer.sighting(FlowId(id), Side::A, seen.at, &Sighting::Malformed(reason));
        }
    }

    /// A frame within a frame: a remote mirror or a tunnel.
    #[cold]
    fn inner<O: Observer>(&mut self, inner: Inner<'_>, outer: Seen, observer: &mut O) {
        if outer.depth >= TUNNEL_DEPTH_MAX {
            return;
        }
        let (packet, length) = match inner {
            Inner::Ethernet(bytes) => (packet::ethernet(bytes), bytes.len()),
            Inner::Ip(bytes) => {
                (Packet { hardware: Hardware::default(), vlan: None, body: packet::ip(bytes) }, bytes.len())
            }
        };
        let seen = Seen {
            bytes: length as u32,
            hardware: packet.hardware,
            vlan: packet.vlan,
            depth: outer.depth + 1,
            ..outer
        };
        self.packet(&packet, &seen, observer);
    }

    /// A TCP segment, a datagram, or the payload of another protocol on IP.
    #[inline(always)]
    fn segment<O: Observer>(&mut self, segment: &Segment<'_>, seen: &Seen, observer: &mut O) {
        let key = FlowKey::of(&segment.between, 0);
        let mut id = self.flow(key, segment, seen.at, observer);
        let opening = segment.tcp.is_some_and(|tcp| tcp.flags & (SYN | ACK | RST) == SYN);
        if opening && self.begins_anew(id, key.1) {
            self.close(id, observer);
            id = self.flow(key, segment, seen.at, observer);
        }
        let Decoder { flows, counts, table, buffered, .. } = self;
        let Some((flow, from)) = carry(flows, id, key.1, segment, seen, observer) else { return };
        let copy = flow.is_duplicate(from, segment.fingerprint, seen.at);
        counts.duplicates += u64::from(copy);
        match segment.tcp {
            Some(tcp) => {
                if tcp.flags & (SYN | FIN | RST) != 0 {
                    handshake(table, flow, id, from, tcp, observer);
                }
                read_segment(table, flow, counts, buffered, id, from, tcp, segment, seen, observer);
            }
            None if copy || segment.payload.is_empty() => {}
            None => {
                let transport = match segment.between.transport {
                    Transport::Udp => table::Transport::Udp,
                    _ => table::Transport::Ip,
                };
                read_datagram(
                    table,
                    flow,
                    id,
                    from,
                    segment.payload,
                    *seen,
                    transport,
                    &mut counts.malformed,
                    observer,
                );
            }
        }
    }

    /// True when an opening SYN uses the ports of an older connection.
    fn begins_anew(&self, id: u32, low: bool) -> bool {
        let Some(flow) = self.flows.get(id) else { return false };
        let from = flow.side(low);
        flow.ended || flow.orientation.evidence == Evidence::Start && flow.orientation.initiator != from
    }

    /// The flow that a frame on IP belongs to; opened when it is new.
    #[inline(always)]
    fn flow<O: Observer>(
        &mut self,
        key: (FlowKey, bool),
        segment: &Segment<'_>,
        at: Timestamp,
        observer: &mut O,
    ) -> u32 {
        match self.flows.find(&key.0) {
            Some(id) => id,
            None => self.open(key, segment.between, at, observer),
        }
    }

    #[inline(never)]
    fn open<O: Observer>(
        &mut self,
        key: (FlowKey, bool),
        between: Between,
        at: Timestamp,
        observer: &mut O,
    ) -> u32 {
        let ends = between.ends();
        let tcp = ends.transport == Transport::Tcp;
        let orientation = guess_orientation(&ends, |port| self.table.service(tcp, port).is_some());
        let port = ends.at(orientation.initiator.other()).port;
        let name = match ends.transport {
            Transport::Tcp | Transport::Udp => match self.table.service(tcp, port) {
                Some((name, family)) => (name, family, Certainty::Port),
                None => (if tcp { "tcp" } else { "udp" }, Family::Unknown, Certainty::None),
            },
            Transport::Icmp | Transport::Ip | Transport::Ethernet => ip_name(port),
        };
        self.begin(0, key, between, at, (orientation, Reading::default(), name), observer)
    }

    /// Begins a flow with its first frame.
    fn begin<O: Observer>(
        &mut self,
        link: u8,
        key: (FlowKey, bool),
        between: Between,
        at: Timestamp,
        (orientation, reading, name): (Orientation, Reading, (&'static str, Family, Certainty)),
        observer: &mut O,
    ) -> u32 {
        if self.flows.len() >= FLOWS_MAX {
            self.sweep(at, observer);
        }
        let ends = between.ends();
        let id = self.flows.insert(key.0, Flow::new(key, link, ends, orientation, reading, at));
        let (name, family, certainty) = name;
        observer.opened(FlowId(id), &ends, at);
        observer.oriented(FlowId(id), orientation.initiator, orientation.evidence);
        observer.recognised(FlowId(id), name, family, certainty);
        id
    }

    /// Reads what still waits for missing bytes: they will not come any more.
    fn drain_stream<O: Observer>(&mut self, id: u32, observer: &mut O) {
        let Some(flow) = self.flows.get_mut(id) else { return };
        let seen = Seen {
            at: flow.last,
            bytes: 0,
            truncated: false,
            hardware: Hardware::default(),
            vlan: None,
            depth: 0,
        };
        for side in [Side::A, Side::B] {
            while flow.streams[side as usize].give_up(true) {
                flow.reading.gap(side);
                self.counts.gaps += 1;
                self.counts.gaps +=
                    continue_stream(&self.table, flow, id, side, seen, &mut self.counts.malformed, observer);
            }
        }
    }

    fn close<O: Observer>(&mut self, id: u32, observer: &mut O) {
        let Some(flow) = self.flows.remove(id) else { return };
        self.buffered = self.buffered.saturating_sub(flow.held_bytes());
        observer.closed(FlowId(id));
    }

    /// Closes flows that have been silent: those that lose nothing by it, with many flows all; when that does not make
    /// room, the older half.
    fn sweep<O: Observer>(&mut self, now: Timestamp, observer: &mut O) {
        let (many, full) = (self.flows.len() > FLOWS_SWEEP_FROM, self.flows.len() >= FLOWS_MAX);
        let mut ages = self.flows.ages(|flow| many || flow.is_renewable());
        ages.sort_unstable();
        let silent = ages.partition_point(|(last, _)| now.since(*last) > FLOW_SILENCE_NANOSECONDS);
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

/// Counts a frame for its flow, and tells its way when that changed.
#[inline(always)]
fn carry<'a, O: Observer>(
    flows: &'a mut Flows,
    id: u32,
    low: bool,
    segment: &Segment<'_>,
    seen: &Seen,
    observer: &mut O,
) -> Option<(&'a mut Flow, Side)> {
    let flow = flows.get_mut(id)?;
    let from = flow.side(low);
    flow.last = seen.at;
    observer.carried(FlowId(id), from, seen.at, seen.bytes);
    let (vlan, hops_left) = (seen.vlan, segment.hops_left);
    let (number, known) = (path_number(seen.hardware, vlan, hops_left), &mut flow.paths[from as usize]);
    if *known != number {
        *known = number;
        let (source, destination) = (seen.hardware.source(), seen.hardware.destination());
        observer.path(FlowId(id), from, &Path { from: source, to: destination, vlan, hops_left });
    }
    Some((flow, from))
}

/// Opening and end of a TCP connection.
#[inline(never)]
fn handshake<O: Observer>(table: &Table, flow: &mut Flow, id: u32, from: Side, tcp: Tcp, observer: &mut O) {
    if tcp.flags & SYN != 0 {
        let initiator = if tcp.flags & ACK == 0 { from } else { from.other() };
        if flow.orientation.evidence < Evidence::Start {
            flow.orientation = Orientation { initiator, evidence: Evidence::Start };
            observer.oriented(FlowId(id), initiator, Evidence::Start);
            if let Some((name, family)) = table.service(true, flow.port()) {
                observer.recognised(FlowId(id), name, family, Certainty::Port);
            }
        }
        flow.streams[from as usize].open(tcp.sequence.wrapping_add(1));
    }
    flow.ended |= tcp.flags & (FIN | RST) != 0;
}

/// Puts a segment in its place and reads what is in order now.
#[inline(always)]
#[allow(clippy::too_many_arguments, reason = "the parts of a decoder that the flow must not own")]
fn read_segment<O: Observer>(
    table: &Table,
    flow: &mut Flow,
    counts: &mut Counts,
    buffered: &mut usize,
    id: u32,
    from: Side,
    tcp: Tcp,
    segment: &Segment<'_>,
    seen: &Seen,
    observer: &mut O,
) {
    let before = flow.held_bytes();
    if tcp.flags & ACK != 0 {
        let other = from.other();
        flow.streams[other as usize].acknowledge(tcp.acknowledgement);
        if before > 0 {
            counts.gaps += continue_stream(table, flow, id, other, *seen, &mut counts.malformed, observer);
        }
    }
    // A keep-alive repeats the last byte; with SYN, data is rare and begins one later.
    if !segment.payload.is_empty() || segment.length > 0 {
        let sequence = tcp.sequence.wrapping_add(u32::from(tcp.flags & SYN != 0));
        let missing = segment.length.saturating_sub(segment.payload.len());
        let readable = match flow.streams[from as usize].arrive(sequence, segment.payload, segment.length) {
            Arrival::InOrder { repeated } => segment.payload.get(repeated..).unwrap_or_default(),
            Arrival::AfterGap => {
                counts.gaps += 1;
                flow.reading.gap(from);
                segment.payload
            }
            Arrival::Repeated => {
                counts.repeated_segments += 1;
                &[]
            }
            Arrival::Kept => &[],
        };
        read(table, flow, id, from, readable, *seen, &mut counts.malformed, observer);
        if missing > 0 {
            flow.reading.gap(from);
        }
        if flow.streams[from as usize].ahead_bytes() > 0 {
            counts.gaps += continue_stream(table, flow, id, from, *seen, &mut counts.malformed, observer);
        }
    }
    let after = flow.held_bytes();
    if before != after {
        *buffered = buffered.saturating_sub(before).saturating_add(after);
        if *buffered > BUFFERED_BYTES_MAX && after > 0 {
            *buffered -= after;
            flow.streams = Default::default();
            flow.reading.gap(Side::A);
            flow.reading.gap(Side::B);
            counts.buffers_dropped += 1;
        }
    }
}

/// Reads a datagram, or the payload of a frame on a link.
#[allow(clippy::too_many_arguments, reason = "the parts of a decoder that the flow must not own")]
fn read_datagram<O: Observer>(
    table: &Table,
    flow: &mut Flow,
    id: u32,
    from: Side,
    payload: &[u8],
    seen: Seen,
    transport: table::Transport,
    malformed: &mut u64,
    observer: &mut O,
) {
    let ports = flow.ports();
    let mut moment = seen.moment(id, from, &mut flow.orientation, malformed);
    flow.reading.datagram(payload, table, transport, ports, &mut moment, observer);
}

/// Reads what continues the stream of one side now; answers how many gaps that took.
#[inline(never)]
fn continue_stream<O: Observer>(
    table: &Table,
    flow: &mut Flow,
    id: u32,
    from: Side,
    seen: Seen,
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
#[inline(always)]
#[allow(clippy::too_many_arguments, reason = "the parts of a decoder that the flow must not own")]
fn read<O: Observer>(
    table: &Table,
    flow: &mut Flow,
    id: u32,
    from: Side,
    bytes: &[u8],
    seen: Seen,
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
