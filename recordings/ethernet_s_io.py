"""Ether-S-I/O, composed byte by byte after the field list of Wireshark, as its maker has published none."""
import struct

import frames
import lab
import mutate

START_NS = 1_767_600_000 * 10**9
SAIA = "00:50:c2:0a:03:%02x"
REMOTE = frames.End(frames.mac(SAIA % 0x31), frames.ip("10.0.3.31"), 1024)
CONTROLLER = frames.End(frames.mac(SAIA % 0x11), frames.ip("10.0.3.11"), 6060)


def telegram(kind, transaction, body):
    return b"ESIO" + struct.pack(">HHHH", kind, 0, 12 + len(body), transaction) + body


def data(n):
    return telegram(1, n, struct.pack(">IIBB", 24, 13, 1, 0) + struct.pack(">IIH", 92, 1, 17) + bytes(17))


def status():
    return telegram(2, 0, struct.pack(">HHI", 1, 12, 13) + b"\0\1\1\0")


def record():
    folder = lab.TESTS / "ethernet-s-io"
    folder.mkdir(parents=True, exist_ok=True)
    payloads = [data(n) for n in range(6)] + [status()] + [data(n) for n in range(6, 9)]
    out = lambda payloads: [frames.Packet(START_NS + n * 100_000_000, frames.udp(REMOTE, CONTROLLER, p)) for n, p in enumerate(payloads)]
    frames.write(folder / "cyclic_data.pcap", out(payloads))
    mutate.cut_short(folder, "cyclic_data", message=2, keep=14)
    field = mutate.Field
    mutate.hostile(folder, "cyclic_data", [field(4, 2), field(8, 2), field(20), field(30, 2)], header=12, extras=[(0, b"ESIO"), (0, telegram(1, 1, b"\0\0")), (0, telegram(2, 1, b""))])
    frames.write(folder / "hostile.pcap", out(payloads[:1]) + frames.read(folder / "hostile.pcap"))


if __name__ == "__main__":
    record()
