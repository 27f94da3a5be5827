"""Conversations recorded from real stacks, ready to be spoken again between other hosts.

A recording lies in `crates/decode/tests/protocols/<protocol>/<case>.pcap`. Here it is a list of messages `(side, bytes)`:
side 0 called, side 1 was called. What a session counts (transactions, references, sequence numbers) is counted afresh.
"""
import struct

from wire import ROOT
import frames


def datagrams(case):
    """The UDP payloads of a recording: `(sender's address, source port, target port, bytes)`."""
    seen = [frames.look(packet.data) for packet in frames.read(_path(case))]
    return [(s.source.address, s.source.port, s.target.port, s.payload) for s in seen if s.transport == 17]


def messages(case, put=(), nth=0):
    """The messages of the nth TCP connection of a recording, with some texts put in the place of others of equal length."""
    caller, flow, seen_at, parts = None, None, {}, []
    connections = 0
    for packet in frames.read(_path(case)):
        s = frames.look(packet.data)
        if s.transport != 6:
            continue
        ends = (s.source.address, s.source.port), (s.target.address, s.target.port)
        if s.flags & frames.SYN and not s.flags & frames.ACK:
            connections += 1
            if connections == nth + 1:
                caller, flow = ends[0], set(ends)
            continue
        if flow != set(ends) or not s.payload:
            continue
        side = 0 if ends[0] == caller else 1
        sequence = struct.unpack_from("!I", packet.data, s.payload_at - _tcp_header(packet.data, s) + 4)[0]
        # Sent again: said already.
        if sequence in seen_at.setdefault(side, set()):
            continue
        seen_at[side].add(sequence)
        parts.append((side, s.payload))
    for old, new in put:
        assert len(old) == len(new), (old, new)
        parts = [(side, data.replace(old, new)) for side, data in parts]
    return parts


def _path(case):
    return ROOT / "crates/decode/tests/protocols" / f"{case}.pcap"


def _tcp_header(data, seen):
    """Bytes of the TCP header: found by walking back from the payload, as options differ."""
    for length in range(20, 64, 4):
        start = seen.payload_at - length
        ports = struct.pack("!HH", seen.source.port, seen.target.port)
        if data[start + 12] >> 4 == length // 4 and data[start:start + 4] == ports:
            return length
    raise AssertionError("a TCP header has 20 to 60 bytes")


def pairs(parts):
    """Questions of the caller with their answers, in order."""
    asked = [data for side, data in parts if side == 0]
    answered = [data for side, data in parts if side == 1]
    return list(zip(asked, answered))


class Modbus:
    """Counts transactions, and speaks to the unit that is wanted."""

    def __init__(self):
        self.transaction = 0

    def __call__(self, pair, unit):
        self.transaction = self.transaction % 65535 + 1
        number = struct.pack("!H", self.transaction)
        return [(side, number + data[2:6] + bytes([unit]) + data[7:]) for side, data in enumerate(pair)]


class S7:
    """Counts the references of jobs: two bytes after TPKT (4), COTP data (3) and four bytes of header."""

    def __init__(self):
        self.reference = 0x0400

    def __call__(self, pair):
        self.reference = self.reference % 65535 + 1
        number = struct.pack("<H", self.reference)
        return [(side, data[:11] + number + data[13:]) for side, data in enumerate(pair)]


class Iec104:
    """Counts sent and received I frames of both sides (IEC 60870-5-104, 5.1)."""

    def __init__(self):
        self.sent = [0, 0]

    def __call__(self, parts):
        return [(side, self._count(side, data)) for side, data in parts]

    def _count(self, side, data):
        out, at = b"", 0
        while at + 6 <= len(data):
            apdu = data[at:at + 2 + data[at + 1]]
            received = struct.pack("<H", self.sent[1 - side] << 1)
            if not apdu[2] & 1:
                apdu = apdu[:2] + struct.pack("<H", self.sent[side] << 1) + received + apdu[6:]
                self.sent[side] += 1
            elif apdu[2] & 3 == 1:
                apdu = apdu[:4] + received
            out, at = out + apdu, at + len(apdu)
        return out
