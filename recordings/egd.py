"""Ethernet Global Data, composed byte by byte from GE Fanuc GFK-2224."""
import struct

import frames
import lab
import mutate

START_NS = 1_767_600_000 * 10**9
GE = "00:09:91:0a:03:%02x"
PRODUCER = frames.End(frames.mac(GE % 0x11), frames.ip("10.0.3.11"), 18246)
CONSUMER = frames.End(frames.mac(GE % 0x12), frames.ip("10.0.3.12"), 18246)


def message(request, exchange=123, data=b"\0\x2a" * 8, kind=13, version=1):
    head = struct.pack("<BBH4sIIIIII", kind, version, request, PRODUCER.address, exchange, 1_767_600_000 + request, 0, 0, 1, 0)
    return head + data


def datagrams(payloads):
    return [frames.Packet(START_NS + n * 100_000_000, frames.udp(PRODUCER, CONSUMER, payload)) for n, payload in enumerate(payloads)]


def record():
    folder = lab.TESTS / "egd"
    folder.mkdir(parents=True, exist_ok=True)
    frames.write(folder / "two_exchanges.pcap", datagrams([message(n, 123 + n % 2) for n in range(10)]))
    mutate.cut_short(folder, "two_exchanges", message=3, keep=20)
    mutate.hostile(folder, "two_exchanges", [mutate.Field(0), mutate.Field(1), mutate.Field(28, 4, "little")], header=12, extras=[(0, b"\x0d"), (0, message(1)[:31])])
    # Whoever reads this must first have heard an honest message.
    frames.write(folder / "hostile.pcap", datagrams([message(1)]) + frames.read(folder / "hostile.pcap"))


if __name__ == "__main__":
    record()
