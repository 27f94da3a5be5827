"""The search for Beckhoff controllers and their route tables on UDP 48899, composed byte by byte after the maker's open client."""
import struct

import frames
import lab

START_NS = 1_767_600_000 * 10**9
PLC = frames.End(frames.mac(lab.BECKHOFF % 0x13), frames.ip("10.0.3.13"), 48899)
STATION = frames.End(frames.mac(lab.HP % 0x21), frames.ip("10.0.4.21"), 48899)


def message(end, service, tags, invoke=1):
    body = b"".join(struct.pack("<HH", tag, len(content)) + content for tag, content in tags)
    return bytes.fromhex("03661471") + struct.pack("<II", invoke, service) + end.address + b"\1\1" + struct.pack("<HI", 10000, len(tags)) + body


def record():
    system = struct.pack("<IIIII", 276, 6, 0, 0, 3).ljust(276, b"\0")
    route = lambda password: [(12, b"STATION-7\0"), (7, STATION.address + b"\1\1"), (13, b"Administrator\0"), (2, password), (5, b"10.0.4.21\0")]
    said = [(0, message(STATION, 1, [])), (1, message(PLC, 0x80000001, [(5, b"CX-4711AA\0"), (4, system), (3, struct.pack("<BBH", 2, 11, 2228))])),
            (0, message(STATION, 6, route(b"guess\0"), 2)), (1, message(PLC, 0x80000006, [(1, struct.pack("<I", 0x704))], 2)),
            (0, message(STATION, 6, route(b"1\0"), 3)), (1, message(PLC, 0x80000006, [(1, bytes(4))], 3)),
            # A tag that is longer than its message.
            (0, message(STATION, 6, [(13, b"Administrator\0")], 4)[:-6])]
    ends = (STATION, PLC)
    packets = [frames.Packet(START_NS + n * 10_000_000, frames.udp(ends[s], ends[1 - s], p)) for n, (s, p) in enumerate(said)]
    frames.write(lab.TESTS / "ads" / "add_route.pcap", packets)


if __name__ == "__main__":
    record()
