"""KNXnet/IP, composed byte by byte from the KNX Standard 3/8 (KNXnet/IP), 3/6/3 (cEMI) and 3/3/7 (application layer)."""
import struct

import frames
import lab
import mutate

START_NS = 1_767_600_000 * 10**9
KNX = "00:24:6d:0a:03:%02x"
INTERFACE = frames.End(frames.mac(KNX % 0x11), frames.ip("10.0.3.11"), 3671)
ROUTER = frames.End(frames.mac(KNX % 0x12), frames.ip("10.0.3.12"), 3671)
PANEL = frames.End(frames.mac(lab.DELL % 0x20), frames.ip("10.0.4.20"), 50100)
GROUP = frames.End(frames.mac("01:00:5e:00:17:0c"), frames.ip("224.0.23.12"), 3671)


def message(service, body=b""):
    return struct.pack(">BBHH", 6, 0x10, service, 6 + len(body)) + body


def endpoint(end):
    return b"\x08\x01" + end.address + struct.pack(">H", end.port)


def device(name):
    content = bytes([2, 0, 0x11, 0x01, 0, 0]) + bytes.fromhex("00c5010263a7") + GROUP.address + INTERFACE.mac + name.encode("latin-1").ljust(30, b"\0")
    return bytes([2 + len(content), 1]) + content


SERVICES = bytes([10, 2, 2, 1, 3, 1, 4, 1, 5, 1])


def tunnel(sequence, inner, channel=7, service=0x0420):
    return message(service, bytes([4, channel, sequence, 0]) + inner)


def acknowledged(sequence, status=0, channel=7, service=0x0421):
    return message(service, bytes([4, channel, sequence, status]))


def cemi(code, to, application, data=b"", is_group=True, source=0x1105, more=b""):
    """Application service of 4 bits; short values stand in its lower 6 bits."""
    return bytes([code, len(more)]) + more + bytes([0xBC, 0xE0 if is_group else 0x60]) + struct.pack(">HHBH", source, to, 1 + len(data), application << 6 | (0 if data else 1)) + data


def datagrams(said, ends):
    return [frames.Packet(START_NS + n * 10_000_000, frames.udp(ends[a], ends[b], payload)) for n, (a, b, payload) in enumerate(said)]


def discovery():
    said = [("p", "g", message(0x0201, endpoint(PANEL))), ("i", "p", message(0x0202, endpoint(INTERFACE) + device("Schaltschrank Halle 3 \xdcG") + SERVICES)),
            ("p", "i", message(0x0203, endpoint(PANEL))), ("i", "p", message(0x0204, device("Schaltschrank Halle 3 \xdcG") + SERVICES))]
    return datagrams(said, {"p": PANEL, "g": GROUP, "i": INTERFACE})


def tunnelling():
    """Connect, write a group value, hear the confirmation and another device's value, read, restart a device, leave."""
    light, heating = 1 << 11 | 2 << 8 | 3, 2 << 11 | 0 << 8 | 17
    said = [("p", "i", message(0x0205, endpoint(PANEL) * 2 + bytes([4, 4, 2, 0]))), ("i", "p", message(0x0206, bytes([7, 0]) + endpoint(INTERFACE) + bytes([4, 4, 0x11, 0xFA]))),
            ("p", "i", tunnel(0, cemi(0x11, light, 2))), ("i", "p", acknowledged(0)), ("i", "p", tunnel(0, cemi(0x2E, light, 2))), ("p", "i", acknowledged(0)),
            ("i", "p", tunnel(1, cemi(0x29, heating, 2, b"\x0c\x1a", source=0x1107, more=b"\x03\x02\0\0"))), ("p", "i", acknowledged(1)),
            ("p", "i", tunnel(1, cemi(0x11, heating, 0))), ("i", "p", acknowledged(1)), ("p", "i", tunnel(2, cemi(0x11, 0x1105, 14, is_group=False))), ("i", "p", acknowledged(2, 0x29)),
            ("p", "i", tunnel(3, cemi(0x11, 0x1105, 10, b"\x40\0\1\2", is_group=False))), ("i", "p", acknowledged(3)),
            ("p", "i", tunnel(0, b"\xfc\0\x0b\x01\x38\x10\x01", service=0x0310)), ("i", "p", acknowledged(0, service=0x0311)),
            ("p", "i", tunnel(1, b"\xf6\0\x0b\x01\x34\x10\x01\x01", service=0x0310)), ("i", "p", acknowledged(1, service=0x0311)),
            ("p", "i", message(0x0209, bytes([7, 0]) + endpoint(PANEL))), ("i", "p", message(0x020A, bytes([7, 0])))]
    return datagrams(said, {"p": PANEL, "i": INTERFACE})


def routing():
    said = [("r", "g", message(0x0530, cemi(0x29, 1 << 11 | 1, 2))), ("r", "g", message(0x0530, cemi(0x29, 1 << 11 | 1, 0))), ("r", "g", message(0x0532, b"\x06\0\0\x64\0\0"))]
    return datagrams(said, {"r": ROUTER, "g": GROUP})


def over_tcp():
    """Two messages in one segment, one in two, and a secure session."""
    s = frames.Session(PANEL, INTERFACE, START_NS)
    s.say(0, message(0x0951, b"\x08\x02\0\0\0\0\0\0" + bytes(32)))
    s.say(1, message(0x0952, b"\0\1" + bytes(48)))
    s.say(1, message(0x0423, bytes([4, 1, 2, 0, 6, 0, 0x10, 0x87])) + message(0x0425, bytes([4, 1, 3, 0, 6, 0, 0x10, 0x87])))
    wrapped = message(0x0950, bytes(range(60)))
    s.say(0, wrapped[:25])
    s.say(0, wrapped[25:])
    s.close()
    return s.packets


def record():
    folder = lab.TESTS / "knxnet-ip"
    folder.mkdir(parents=True, exist_ok=True)
    for case in (discovery, tunnelling, routing, over_tcp):
        frames.write(folder / f"{case.__name__}.pcap", case())
    mutate.cut_short(folder, "tunnelling", message=1, keep=10)
    field = mutate.Field
    extras = [(1, message(0x0202, endpoint(INTERFACE) + b"\0" * 40)), (1, message(0x0202, endpoint(INTERFACE) + b"\xff\1AB")), (0, tunnel(1, b"\x11\xff")), (0, message(0x0420)), (0, message(0x0420, message(0x0420) * 5))]
    mutate.hostile(folder, "tunnelling", [field(0), field(4, 2), field(6), field(10), field(11), field(18)], header=6, extras=extras)
    frames.write(folder / "hostile.pcap", tunnelling()[:4] + frames.read(folder / "hostile.pcap"))


if __name__ == "__main__":
    record()
