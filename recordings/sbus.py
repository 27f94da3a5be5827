"""S-Bus over UDP, composed byte by byte from the Saia-Burgess S-Bus manual 26-739."""
import struct

import frames
import lab
import mutate
from c37118 import crc

START_NS = 1_767_600_000 * 10**9
SAIA = "00:50:c2:0a:03:%02x"
CONTROLLER = frames.End(frames.mac(SAIA % 0x11), frames.ip("10.0.3.11"), 5050)
STATION = frames.End(frames.mac(lab.DELL % 0x20), frames.ip("10.0.4.20"), 52467)


def telegram(sequence, attribute, body):
    head = struct.pack(">IBBHB", 11 + len(body), 1, 0, sequence, attribute) + body
    return head + struct.pack(">H", crc(head, 0))


def asked(sequence, command, data=b"", station=10):
    return telegram(sequence, 0, bytes([station, command]) + data)


def datagrams(said):
    ends = (STATION, CONTROLLER)
    return [frames.Packet(START_NS + n * 10_000_000, frames.udp(ends[side], ends[1 - side], payload)) for n, (side, payload) in enumerate(said)]


def reads_and_writes():
    return datagrams([(0, asked(1, 0x20)), (1, telegram(1, 1, b"D3M55413\0")), (0, asked(2, 6, b"\3\0\x64")), (1, telegram(2, 1, bytes(16))),
                      (0, asked(3, 14, b"\5\0\x64\0\0\0\x2a")), (1, telegram(3, 2, b"\0\0")), (0, asked(4, 13, b"\3\0\x10\1\1")), (1, telegram(4, 2, b"\0\1")),
                      (0, asked(5, 0x1B)), (1, telegram(5, 1, b"R"))])


def programming():
    return datagrams([(0, asked(1, 60)), (1, telegram(1, 2, b"\0\0")), (0, asked(2, 30, b"\0\0\0\0")), (1, telegram(2, 1, bytes(32))),
                      (0, asked(3, 35, b"\0\0\0\0\1\2\3\4")), (1, telegram(3, 2, b"\0\0")), (0, asked(4, 50)), (1, telegram(4, 2, b"\0\0")),
                      (0, asked(5, 40)), (1, telegram(5, 2, b"\0\0")), (0, asked(6, 12, bytes(6))), (1, telegram(6, 2, b"\0\0"))])


def record():
    folder = lab.TESTS / "sbus"
    folder.mkdir(parents=True, exist_ok=True)
    for case in (reads_and_writes, programming):
        frames.write(folder / f"{case.__name__}.pcap", case())
    mutate.cut_short(folder, "reads_and_writes", message=2, keep=8)
    field = mutate.Field
    extras = [(0, telegram(7, 0, b"")), (1, telegram(1, 1, b"D")), (0, b"\0\0\0\x0b"), (0, b"\xff\xff\xff\xff" + bytes(9))]
    mutate.hostile(folder, "reads_and_writes", [field(0, 4), field(4), field(5), field(8), field(10), field(11)], header=9, extras=extras)
    frames.write(folder / "hostile.pcap", datagrams([(0, asked(1, 0x1B)), (1, telegram(1, 1, b"R"))]) + frames.read(folder / "hostile.pcap"))


if __name__ == "__main__":
    record()
