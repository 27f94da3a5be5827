"""Cyclic data of EtherNet/IP on UDP 2222, composed byte by byte from CIP Volume 2, 3-2: no stack of the registries sends it."""
import struct

import frames
import lab
import mutate

START_NS = 1_767_600_000 * 10**9
CYCLE_NS = 10_000_000
CONTROLLER = frames.End(frames.mac(lab.ROCKWELL % 0x11), frames.ip("10.0.3.11"), 2222)
DRIVE = frames.End(frames.mac(lab.ROCKWELL % 0x31), frames.ip("10.0.3.31"), 2222)
GROUP = frames.End(frames.mac("01:00:5e:40:01:05"), frames.ip("239.192.1.5"), 2222)


def item(connection, sequence, data):
    """Two items: a sequenced address, and the data with its own sequence count."""
    return struct.pack("<HHHII", 2, 0x8002, 8, connection, sequence) + struct.pack("<HHH", 0xB1, len(data) + 2, sequence & 0xFFFF) + data


def cycles(first, second, count=12):
    """Both directions in turn: run word and set point one way, status and speed back."""
    packets, at = [], START_NS
    for n in range(1, count + 1):
        for source, target, connection, data in ((first, second, 0x11110001, struct.pack("<Ih", 1, 1450)), (second, first, 0x22220001, struct.pack("<hh", 0x0F, 1448 + n % 3))):
            packets.append(frames.Packet(at, frames.udp(source, target, item(connection, n, data))))
            at += CYCLE_NS
    return packets


def record():
    folder = lab.TESTS / "cip-io"
    folder.mkdir(parents=True, exist_ok=True)
    frames.write(folder / "cyclic_data.pcap", cycles(CONTROLLER, DRIVE))
    # Inputs that several controllers listen to: the device sends them to a group.
    inputs = [frames.Packet(START_NS + n * CYCLE_NS, frames.udp(DRIVE, GROUP, item(0x22220002, n, struct.pack("<hh", 0x0F, n)))) for n in range(1, 9)]
    frames.write(folder / "to_a_group.pcap", inputs)
    mutate.cut_short(folder, "cyclic_data", message=3, keep=12)
    little = lambda at, size: mutate.Field(at, size, "little")
    # Item count, types and lengths; an empty message, and one with a tail.
    fields = [little(0, 2), little(2, 2), little(4, 2), little(14, 2), little(16, 2)]
    extras = [(0, item(1, 1, b"")), (0, item(1, 2, b"\x01\0\0\0") + bytes(40)), (0, item(1, 3, b"")[:16] + b"\0\0")]
    mutate.hostile(folder, "cyclic_data", fields, header=6, extras=extras)
    # Whoever reads this must first have heard an honest frame.
    frames.write(folder / "hostile.pcap", cycles(CONTROLLER, DRIVE, 1) + frames.read(folder / "hostile.pcap"))


if __name__ == "__main__":
    record()
