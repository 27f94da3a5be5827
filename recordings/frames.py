"""Reads and writes captures and builds Ethernet, IPv4, TCP and UDP frames with whole checksums."""
import dataclasses
import socket
import struct


@dataclasses.dataclass
class Packet:
    """One record of a capture: seconds since 1970 (in nanoseconds), the bytes kept, and how long the frame was."""
    time_ns: int
    data: bytes
    frame_bytes: int = 0

    def __post_init__(self):
        self.frame_bytes = self.frame_bytes or len(self.data)


def read(path):
    """The packets of a little-endian microsecond capture, as tcpdump writes them here."""
    with open(path, "rb") as f:
        blob = f.read()
    magic, = struct.unpack_from("<I", blob)
    unit = {0xA1B2C3D4: 1000, 0xA1B23C4D: 1}[magic]
    at, packets = 24, []
    while at + 16 <= len(blob):
        seconds, fraction, kept, length = struct.unpack_from("<IIII", blob, at)
        packets.append(Packet(seconds * 10**9 + fraction * unit, blob[at + 16:at + 16 + kept], length))
        at += 16 + kept
    return packets


def write(path, packets, link=1):
    """Writes a little-endian microsecond capture."""
    with open(path, "wb") as f:
        f.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, link))
        for p in packets:
            f.write(struct.pack("<IIII", p.time_ns // 10**9, p.time_ns % 10**9 // 1000, len(p.data), p.frame_bytes))
            f.write(p.data)


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


@dataclasses.dataclass
class End:
    """One end of a conversation."""
    mac: bytes
    address: bytes = b""
    port: int = 0


@dataclasses.dataclass
class Seen:
    """What a frame is: its ends, its transport and its payload. Transport is 6, 17, or 0 for what is not TCP or UDP over IPv4."""
    source: End
    target: End
    transport: int
    payload: bytes
    ethertype: int
    flags: int = 0
    payload_at: int = 14


def look(data):
    """Takes a frame apart."""
    target, source, kind = data[:6], data[6:12], struct.unpack_from("!H", data, 12)[0]
    at = 14
    if kind == 0x8100:
        kind, at = struct.unpack_from("!H", data, 16)[0], 18
    ends = End(source), End(target)
    if kind != 0x0800:
        return Seen(*ends, 0, data[at:], kind, payload_at=at)
    header, total, transport = (data[at] & 15) * 4, struct.unpack_from("!H", data, at + 2)[0], data[at + 9]
    ends[0].address, ends[1].address = data[at + 12:at + 16], data[at + 16:at + 20]
    inner, end = at + header, at + total
    if transport not in (6, 17):
        return Seen(*ends, 0, data[inner:end], kind, payload_at=inner)
    ends[0].port, ends[1].port = struct.unpack_from("!HH", data, inner)
    if transport == 17:
        return Seen(*ends, 17, data[inner + 8:end], kind, payload_at=inner + 8)
    body = inner + (data[inner + 12] >> 4) * 4
    return Seen(*ends, 6, data[body:end], kind, data[inner + 13], body)


def _ipv4(source, target, transport, segment, ident=0):
    pseudo = source.address + target.address + struct.pack("!BBH", 0, transport, len(segment))
    place = 16 if transport == 6 else 6
    sum_ = checksum(pseudo + segment)
    if transport == 17 and sum_ == 0:
        sum_ = 0xFFFF
    segment = segment[:place] + struct.pack("!H", sum_) + segment[place + 2:]
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(segment), ident & 0xFFFF, 0x4000, 64, transport, 0, source.address, target.address)
    head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
    return ethernet(source, target, 0x0800, head + segment)


def ethernet(source, target, ethertype, payload):
    """An Ethernet frame, padded to the 60 bytes that the shortest frame has without its check sequence."""
    return (target.mac + source.mac + struct.pack("!H", ethertype) + payload).ljust(60, b"\0")


def udp(source, target, payload):
    return _ipv4(source, target, 17, struct.pack("!HHHH", source.port, target.port, 8 + len(payload), 0) + payload)


def tcp(source, target, sequence, acknowledged, flags, payload=b""):
    head = struct.pack("!HHIIBBHHH", source.port, target.port, sequence & 0xFFFFFFFF, acknowledged & 0xFFFFFFFF, 0x50, flags, 64240, 0, 0)
    return _ipv4(source, target, 6, head + payload)


FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16


class Session:
    """A TCP session composed anew: handshake, messages of either side, an end or none."""

    def __init__(self, client, server, time_ns, step_ns=1_000_000, seed=1):
        self.ends, self.sequence = (client, server), [seed * 7919 & 0xFFFFFFFF, seed * 104729 & 0xFFFFFFFF]
        self.time_ns, self.step_ns, self.packets = time_ns, step_ns, []
        self._put(0, SYN)
        self._put(1, SYN | ACK)
        self._put(0, ACK)

    def _put(self, side, flags, payload=b""):
        frame = tcp(self.ends[side], self.ends[1 - side], self.sequence[side], self.sequence[1 - side] if flags & ACK else 0, flags, payload)
        self.packets.append(Packet(self.time_ns, frame))
        self.sequence[side] += len(payload) + bool(flags & (SYN | FIN))
        self.time_ns += self.step_ns

    def say(self, side, payload):
        """Side 0 is the client. Long messages go in several segments."""
        for at in range(0, len(payload), 1400):
            self._put(side, PSH | ACK, payload[at:at + 1400])

    def reset(self):
        self._put(0, RST | ACK)

    def close(self):
        self._put(0, FIN | ACK)
        self._put(1, FIN | ACK)
        self._put(0, ACK)


def ip(text):
    return socket.inet_aton(text)
