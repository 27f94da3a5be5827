"""The wire of a made-up plant: hosts, VLANs, a router, and a mirror port that writes down what passes.

Everything follows from the seed and the story, so making a plant again gives the same bytes. Python's standard library is
enough. Times are microseconds since 1970.
"""
import dataclasses
import ipaddress
import pathlib
import random
import struct
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "recordings"))
from frames import checksum  # noqa: E402  the same sum of RFC 1071 as in the recordings

MILLISECOND, SECOND = 1_000, 1_000_000
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
SEGMENT_BYTES_MAX = 1460


@dataclasses.dataclass
class Host:
    """A host: name, hardware address, IP address, VLAN (none for the Internet) and the hop limit its system starts with."""
    name: str
    mac: str
    ip: str
    vlan: int = 0
    ttl: int = 128
    ident: int = 0
    ports: int = 49152

    def __post_init__(self):
        self.mac_bytes = bytes.fromhex(self.mac.replace(":", ""))
        self.ip_bytes = ipaddress.ip_address(self.ip).packed if self.ip else b""
        # Where its counters stand when the capture begins.
        start = random.Random(self.name)
        self.ident, self.ports = start.randrange(1, 60000), start.randrange(49152, 62000)

    def port(self):
        """The next port it calls from."""
        self.ports = self.ports + 1 if self.ports < 65000 else 49152
        return self.ports


EVERYBODY = Host("everybody", "ff:ff:ff:ff:ff:ff", "255.255.255.255")


class Mirror:
    """What the mirror port of the core switch shows: trunk frames, with their VLAN tags."""

    def __init__(self, seed, router, listens_in):
        """`listens_in`: the VLANs mirrored, first those that win when a routed frame passes two of them."""
        self.random = random.Random(seed)
        self.router, self.listens_in = router, listens_in
        self.frames = []

    def put(self, at, vlan, target, source, ethertype, payload, priority=0):
        """One frame as it stood on the trunk. VLAN 0: without a tag."""
        tag = struct.pack("!HH", 0x8100, priority << 13 | vlan) if vlan else b""
        head = target + source + tag + struct.pack("!H", ethertype)
        self.frames.append((int(at), (head + payload).ljust(64 if tag else 60, b"\0")))

    def ip(self, at, source, target, protocol, segment, both=False, target_mac=None):
        """One IPv4 packet. Within a VLAN it goes straight; else the router passes it on with its own hardware address.

        A routed packet is seen where the mirror listens first, on both sides when `both` is set."""
        source.ident = source.ident % 65535 + 1
        if target.vlan == source.vlan or target is EVERYBODY or target_mac:
            packet = ipv4(source, target, protocol, segment, source.ttl, source.ident)
            self.put(at, source.vlan, target_mac or target.mac_bytes, source.mac_bytes, 0x0800, packet)
            return
        sides = [vlan for vlan in self.listens_in if vlan in (source.vlan, target.vlan)]
        for vlan in sides if both else sides[:1]:
            if vlan == source.vlan:
                packet = ipv4(source, target, protocol, segment, source.ttl, source.ident)
                self.put(at, vlan, self.router.mac_bytes, source.mac_bytes, 0x0800, packet)
            else:
                packet = ipv4(source, target, protocol, segment, source.ttl - 1, source.ident)
                self.put(at + 90, vlan, target.mac_bytes, self.router.mac_bytes, 0x0800, packet)

    def udp(self, at, source, source_port, target, target_port, payload, target_mac=None):
        """One datagram."""
        segment = struct.pack("!HHHH", source_port, target_port, 8 + len(payload), 0) + payload
        self.ip(at, source, target, 17, segment, target_mac=target_mac)

    def ask(self, at, source, target, port, question, answer, source_port=None, delay=2 * MILLISECOND):
        """A question and its answer over UDP."""
        own = source_port or source.port()
        self.udp(at, source, own, target, port, question)
        if answer is not None:
            self.udp(at + delay, target, port, source, own, answer)

    def arp(self, at, source, ip, answered_by=None):
        """Who has this address? Everybody in the VLAN hears the question; one host answers."""
        asked = ipaddress.ip_address(ip).packed
        head = struct.pack("!HHBBH", 1, 0x0800, 6, 4, 1)
        body = head + source.mac_bytes + source.ip_bytes + bytes(6) + asked
        self.put(at, source.vlan, EVERYBODY.mac_bytes, source.mac_bytes, 0x0806, body)
        if answered_by:
            head = struct.pack("!HHBBH", 1, 0x0800, 6, 4, 2)
            body = head + answered_by.mac_bytes + asked + source.mac_bytes + source.ip_bytes
            self.put(at + 300, source.vlan, source.mac_bytes, answered_by.mac_bytes, 0x0806, body)

    def show_twice(self, vlan, share):
        """Some frames of a VLAN come a second time, as when both ends of a port are mirrored."""
        tag = struct.pack("!H", 0x8100)
        for at, frame in list(self.frames):
            tagged = frame[12:14] == tag and struct.unpack_from("!H", frame, 14)[0] & 0xFFF == vlan
            if tagged and self.random.random() < share:
                self.frames.append((at + 15, frame))

    def write(self, path, until):
        """The capture until a moment: classic, little-endian, microseconds, Ethernet."""
        self.frames = sorted((frame for frame in self.frames if frame[0] < until), key=lambda frame: frame[0])
        with open(path, "wb") as out:
            out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
            for at, frame in self.frames:
                out.write(struct.pack("<IIII", at // SECOND, at % SECOND, len(frame), len(frame)) + frame)


def ipv4(source, target, protocol, segment, ttl, ident):
    """An IPv4 packet with whole checksums, also that of TCP or UDP inside (RFC 791, RFC 9293, RFC 768)."""
    if protocol in (6, 17):
        pseudo = source.ip_bytes + target.ip_bytes + struct.pack("!BBH", 0, protocol, len(segment))
        total = checksum(pseudo + segment)
        place = 16 if protocol == 6 else 6
        if protocol == 17 and total == 0:
            total = 0xFFFF
        segment = segment[:place] + struct.pack("!H", total) + segment[place + 2:]
    ends = source.ip_bytes + target.ip_bytes
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(segment), ident, 0x4000, ttl, protocol, 0)
    return head[:10] + struct.pack("!H", checksum(head + ends)) + ends + segment


class Tcp:
    """One TCP connection; its clock runs on with every frame."""

    def __init__(self, mirror, at, client, server, port, both=False, opened=True):
        self.mirror, self.at, self.both = mirror, at, both
        self.ends = (client, server)
        self.ports = (client.port(), port)
        self.next = [mirror.random.getrandbits(32), mirror.random.getrandbits(32)]
        self.unanswered = False
        if opened:
            self._segment(0, SYN, options=b"\x02\x04\x05\xb4")
            self.next[0] += 1
            self._segment(1, SYN | ACK, options=b"\x02\x04\x05\xb4")
            self.next[1] += 1
            self._segment(0, ACK)

    def _segment(self, side, flags, payload=b"", options=b""):
        acknowledged = self.next[1 - side] & 0xFFFFFFFF if flags & ACK else 0
        head = struct.pack("!HHIIBBHHH", self.ports[side], self.ports[1 - side], self.next[side] & 0xFFFFFFFF,
                           acknowledged, (20 + len(options)) // 4 << 4, flags, 64240 if side == 0 else 8192, 0, 0)
        source, target = self.ends[side], self.ends[1 - side]
        self.mirror.ip(self.at, source, target, 6, head + options + payload, self.both)
        self.at += self.mirror.random.randrange(180, 900)

    def send(self, side, payload):
        """Sends bytes: side 0 is the client, 1 the server."""
        for start in range(0, len(payload), SEGMENT_BYTES_MAX):
            part = payload[start:start + SEGMENT_BYTES_MAX]
            self._segment(side, PSH | ACK, part)
            self.next[side] += len(part)

    def exchange(self, messages, pause=2 * MILLISECOND):
        """Sends messages of both sides in turn, as recorded; then the client acknowledges the last."""
        messages = list(messages)
        for side, payload in messages:
            self.at += pause
            self.send(side, payload)
        if messages and messages[-1][0] == 1:
            self._segment(0, ACK)
        return self

    def until(self, at):
        """Nothing happens until then."""
        self.at = max(self.at, at)
        return self

    def close(self):
        """Both sides say good-bye."""
        self._segment(0, FIN | ACK)
        self.next[0] += 1
        self._segment(1, FIN | ACK)
        self.next[1] += 1
        self._segment(0, ACK)
