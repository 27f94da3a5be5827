"""IEEE C37.118, composed byte by byte from IEEE C37.118.2-2011, section 6: a measurement unit and a concentrator."""
import struct

import frames
import lab
import mutate

START_NS = 1_767_600_000 * 10**9
UNIT = frames.End(frames.mac(lab.SEL % 0x11), frames.ip("10.0.3.11"), 4712)
CONCENTRATOR = frames.End(frames.mac(lab.DELL % 0x20), frames.ip("10.0.4.20"), 38120)


def crc(data, value=0xFFFF):
    for byte in data:
        value ^= byte << 8
        for _ in range(8):
            value = (value << 1 ^ 0x1021 if value & 0x8000 else value << 1) & 0xFFFF
    return value


def frame(kind, body, stream=241, fraction=0):
    head = struct.pack(">BBHHII", 0xAA, kind << 4 | 1, 16 + len(body), stream, 1_767_600_000, fraction)
    return head + body + struct.pack(">H", crc(head + body))


def command(number, stream=241):
    return frame(4, struct.pack(">H", number), stream)


def unit(name, stream, phasors):
    names = b"".join(p.encode().ljust(16) for p in phasors)
    return name.encode().ljust(16) + struct.pack(">HHHHH", stream, 6, len(phasors), 0, 0) + names + bytes([0, 0, 0x0A, 0]) * len(phasors) + struct.pack(">HH", 1, 7)


def configuration(units, kind=3, stream=241):
    return frame(kind, struct.pack(">IH", 0xFFFFFF, len(units)) + b"".join(units) + struct.pack(">H", 50), stream)


def data(n, stream=241):
    return frame(0, struct.pack(">Hffhh", 0, 63500.0 + n, 0.01, 3, -1), stream, n * 20000)


def start():
    """Stop, ask for header and configuration, start, ten values, stop."""
    s = frames.Session(CONCENTRATOR, UNIT, START_NS)
    s.say(0, command(1))
    s.say(0, command(3))
    s.say(1, frame(1, b"Bay 7 phasor measurement, rev 4"))
    s.say(0, command(5))
    s.say(1, configuration([unit("STATION NORTH 7", 241, ["V1LPM", "I1LPM"])]))
    s.say(0, command(2))
    for n in range(0, 10, 2):
        s.say(1, data(n) + data(n + 1))
    s.say(0, command(1))
    s.close()
    return s.packets


def several_units():
    """A concentrator that passes on three units, and one value frame that breaks its check sum's rule."""
    s = frames.Session(CONCENTRATOR, UNIT, START_NS)
    s.say(0, command(5, 60))
    whole = configuration([unit(f"STATION {n}", n, ["V1", "V2", "V3", "I1"]) for n in (61, 62, 63)], stream=60)
    s.say(1, whole[:100])
    s.say(1, whole[100:])
    s.say(0, command(2, 60))
    s.say(1, data(1, 60))
    s.say(1, b"\0\0\0" + data(2, 60))
    s.say(0, command(5, 60)[:-1] + b"\0")
    s.close()
    return s.packets


def over_udp():
    """The same over UDP: each frame is a datagram."""
    unit_end, asker = frames.End(UNIT.mac, UNIT.address, 4713), frames.End(CONCENTRATOR.mac, CONCENTRATOR.address, 50001)
    said = [(0, command(4)), (1, configuration([unit("STATION NORTH 7", 241, ["V1LPM"])], kind=2)), (0, command(2))] + [(1, data(n)) for n in range(4)]
    ends = (asker, unit_end)
    return [frames.Packet(START_NS + n * 20_000_000, frames.udp(ends[side], ends[1 - side], payload)) for n, (side, payload) in enumerate(said)]


def record():
    folder = lab.TESTS / "c37118"
    folder.mkdir(parents=True, exist_ok=True)
    for case in (start, several_units, over_udp):
        frames.write(folder / f"{case.__name__}.pcap", case())
    mutate.cut_short(folder, "start", message=2, keep=9)
    big = mutate.Field
    extras = [(1, frame(3, struct.pack(">IH", 1, 0xFFFF) + b"STATION".ljust(16) + b"\xff" * 10)), (1, b"\xaa\x31\xff\xff"), (1, frame(5, bytes(8) + b"\xffSHORT")), (0, frame(4, b""))]
    mutate.hostile(folder, "start", [big(1), big(2, 2), big(18, 2), big(36, 2), big(38, 2), big(40, 2)], header=4, prelude=1, extras=extras)


if __name__ == "__main__":
    record()
