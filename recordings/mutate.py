"""Makes the two cases that every protocol brings from one recorded capture: `cut_short` and `hostile`.

Ethernet, IP, TCP and UDP headers stay whole: what lies is the protocol itself. The seed is fixed, so the same recording
gives the same bytes.
"""
import dataclasses
import random

import frames

SEED = 62443
# Hostile sessions per capture: enough for every field, and the file stays small.
SESSIONS_MAX = 48


@dataclasses.dataclass
class Field:
    """A length, count or offset inside a message: where it stands, how wide it is, in which byte order."""
    at: int
    size: int = 1
    order: str = "big"

    def lie(self, payload, value):
        return payload[:self.at] + (value % (1 << 8 * self.size)).to_bytes(self.size, self.order) + payload[self.at + self.size:]

    def value(self, payload):
        return int.from_bytes(payload[self.at:self.at + self.size], self.order)


def _messages(packets):
    """The first conversation with payload: its ends (client first), its transport and what each side said."""
    ends = transport = None
    said = []
    for packet in packets:
        seen = frames.look(packet.data)
        if not ends:
            if seen.transport == 6 and seen.flags & (frames.SYN | frames.ACK) != frames.SYN:
                continue
            ends, transport = (seen.source, seen.target), seen.transport
        sides = [(e.mac, e.address, e.port) for e in ends]
        source, target = ((e.mac, e.address, e.port) for e in (seen.source, seen.target))
        if seen.transport != transport or not seen.payload:
            continue
        if transport == 6:
            if [source, target] == sides:
                said.append((0, seen.payload, seen))
            elif [target, source] == sides:
                said.append((1, seen.payload, seen))
        else:
            said.append((0 if source[0] == sides[0][0] else 1, seen.payload, seen))
    return ends, transport, said


def _moved(end, by):
    """The same host under another address, as if it were a second one."""
    address = end.address[:3] + bytes([(end.address[3] + by) % 256]) if end.address else b""
    return frames.End(end.mac[:5] + bytes([(end.mac[5] + by) % 256]), address, end.port)


def cut_short(folder, base, message=2, keep=None):
    """The recording with one frame cut by the snapshot length, then the same again from a second client that ends in the
    middle of a message. `message` counts the messages of the client, from 0; `keep` is how many of its bytes are left."""
    packets = frames.read(folder / f"{base}.pcap")
    ends, transport, said = _messages(packets)
    out, count = [], -1
    for packet in packets:
        seen = frames.look(packet.data)
        if seen.payload and seen.source.mac == ends[0].mac and seen.transport == transport:
            count += 1
            if count == message:
                kept = seen.payload_at + (keep or len(seen.payload) // 2)
                packet = frames.Packet(packet.time_ns, packet.data[:kept], packet.frame_bytes)
        out.append(packet)
    time_ns = packets[-1].time_ns + 10**9
    client, count = _moved(ends[0], 100), -1
    session = frames.Session(client, ends[1], time_ns) if transport == 6 else None
    for side, payload, seen in said:
        count += side == 0
        last = side == 0 and count == message
        if last:
            payload = payload[:keep or len(payload) // 2]
        if session:
            session.say(side, payload)
        else:
            time_ns += 10**6
            out.append(frames.Packet(time_ns, _datagram(seen, payload, client if side == 0 else None, client if side else None)))
        if last:
            break
    _write(folder / "cut_short.pcap", out + (session.packets if session else []))


def _datagram(seen, payload, source=None, target=None):
    """The frame again with another payload and, where given, other ends. Broadcasts stay broadcasts."""
    source = dataclasses.replace(source, port=seen.source.port) if source else seen.source
    target = dataclasses.replace(target, port=seen.target.port) if target and not seen.target.mac[0] & 1 else seen.target
    if seen.transport == 17:
        return frames.udp(source, target, payload)
    if seen.ethertype < 0x600:
        return (target.mac + source.mac + len(payload).to_bytes(2, "big") + payload).ljust(60, b"\0")
    return frames.ethernet(source, target, seen.ethertype, payload)


def _lies(said, fields, header, rng, extras, sessions_max):
    """Every mutated message: its place among the messages (None: it stands alone), its side and its bytes."""
    lies = []
    for field in fields:
        fitting = [i for i, (_, payload, _) in enumerate(said) if len(payload) >= field.at + field.size]
        if not fitting:
            continue
        for value in ("none", "most", "more", "less", "any"):
            at = rng.choice(fitting)
            payload, true = said[at][1], field.value(said[at][1])
            top = (1 << 8 * field.size) - 1
            lie = {"none": 0, "most": top, "more": true + 1, "less": true - 1, "any": rng.randrange(top + 1)}[value]
            lies.append((at, said[at][0], field.lie(payload, lie)))
    rng.shuffle(lies)
    lies = lies[:sessions_max - 10 - len(extras)]
    for _ in range(4):
        at = rng.randrange(len(said))
        payload = said[at][1]
        lies.append((at, said[at][0], payload[:header] + rng.randbytes(max(len(payload) - header, 4))))
    for _ in range(3):
        at = rng.randrange(len(said))
        payload = said[at][1]
        lies.append((at, said[at][0], payload[:rng.randrange(1, len(payload) + 1)]))
    for _ in range(3):
        at = rng.randrange(len(said))
        payload = bytearray(said[at][1])
        for _ in range(4):
            payload[rng.randrange(len(payload))] ^= 1 << rng.randrange(8)
        lies.append((at, said[at][0], bytes(payload)))
    return lies + [(None, side, payload) for side, payload in extras]


def hostile(folder, base, fields, header, prelude=0, extras=(), messages_max=40, sessions_max=SESSIONS_MAX):
    """Sessions (or datagrams) in which one message lies.

    `fields` are lengths, counts and offsets to lie with, `header` is how many bytes stay true before random ones,
    `prelude` how many messages open a session, `extras` are whole messages built by hand as (side, bytes): nesting and the like.
    """
    rng = random.Random(SEED)
    packets = frames.read(folder / f"{base}.pcap")
    ends, transport, said = _messages(packets)
    said = [m for m in said if len(m[1]) <= 600][:messages_max]
    opening, body = said[:prelude], said[prelude:]
    out, time_ns = [], packets[0].time_ns
    for number, (at, side, payload) in enumerate(_lies(body, fields, header, rng, list(extras), sessions_max)):
        time_ns += 10**8
        if transport == 6:
            client = dataclasses.replace(ends[0], port=40000 + number)
            session = frames.Session(client, ends[1], time_ns, seed=number + 1)
            for who, message, _ in opening:
                session.say(who, message)
            if at and side and body[at - 1][0] == 0:
                session.say(0, body[at - 1][1])
            session.say(side, payload)
            # An honest message after the lie: whoever reads this must find back.
            session.say(0, next(p for s, p, _ in body if s == 0))
            session.reset()
            out += session.packets
        else:
            model = body[at][2] if at is not None else next((m[2] for m in body if m[0] == side), body[0][2])
            out.append(frames.Packet(time_ns, _datagram(model, payload)))
    _write(folder / "hostile.pcap", out)


def _write(path, packets):
    frames.write(path, packets)
    print(f"{path.parent.name}/{path.name}: {path.stat().st_size} bytes")
