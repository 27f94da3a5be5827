"""FINS over UDP and TCP, composed byte by byte from Omron W342 (section 5) and W421 (FINS/TCP)."""
import struct

import frames
import lab
import mutate

START_NS = 1_767_600_000 * 10**9
OMRON = "00:00:0a:0a:03:%02x"
PLC = frames.End(frames.mac(OMRON % 0x11), frames.ip("10.0.3.11"), 9600)
STATION = frames.End(frames.mac(lab.HP % 0x21), frames.ip("10.0.4.21"), 49600)


def asked(command, data=b"", service=1, network=0, node=11):
    return bytes([0x80, 0, 2, network, node, 0, 0, 21, 0, service]) + struct.pack(">H", command) + data


def answered(command, data=b"", end=0, service=1, network=0, node=11):
    return bytes([0xC0, 0, 2, 0, 21, 0, network, node, 0, service]) + struct.pack(">HH", command, end) + data


def datagrams(said):
    ends = (STATION, PLC)
    return [frames.Packet(START_NS + n * 5_000_000, frames.udp(ends[side], ends[1 - side], payload)) for n, (side, payload) in enumerate(said)]


def memory(area, first, count):
    return struct.pack(">BHBH", area, first, 0, count)


def reads_and_writes():
    words = struct.pack(">HHHH", 1, 2, 3, 4)
    return datagrams([(0, asked(0x0101, memory(0x82, 100, 4))), (1, answered(0x0101, words)),
                      (0, asked(0x0101, memory(0xB0, 10, 1), 2)), (1, answered(0x0101, b"\0\1", service=2)),
                      (0, asked(0x0102, memory(0x82, 200, 2) + b"\0\5\0\6", 3)), (1, answered(0x0102, service=3)),
                      # No such address: end code 0x1103.
                      (0, asked(0x0101, memory(0x82, 40000, 1), 4)), (1, answered(0x0101, end=0x1103, service=4)),
                      # Done, while the CPU has a fault that does not stop it: bit 6.
                      (0, asked(0x0101, memory(0x31, 0, 1), 5)), (1, answered(0x0101, b"\0\0", end=0x0040, service=5)),
                      # A node in another network.
                      (0, asked(0x0101, memory(0x82, 0, 1), 6, network=3, node=9)), (1, answered(0x0101, b"\0\0", service=6, network=3, node=9))])


def identity_and_run_state():
    data = b"CJ2M-CPU33".ljust(20) + b"02.10".ljust(20, b"\0") + bytes(52)
    return datagrams([(0, asked(0x0501)), (1, answered(0x0501, data)), (0, asked(0x0402, b"\xff\xff", 2)), (1, answered(0x0402, service=2)),
                      (0, asked(0x0401, b"\xff\xff\4", 3)), (1, answered(0x0401, service=3)), (0, asked(0x0306, b"\xff\xff\0\0\0\0\0\x40", 4)), (1, answered(0x0306, bytes(72), service=4)),
                      (0, asked(0x0307, b"\xff\xff\0\0\0\0\0\4" + b"\x21\x22\x23\x24", 5)), (1, answered(0x0307, end=0x2102, service=5)),
                      (0, asked(0x2301, b"\0\1\0\1\x30\0\x64\0", 6)), (1, answered(0x2301, service=6)), (0, asked(0x2302, b"", 7)), (1, answered(0x2302, service=7)),
                      (1, answered(0x0602, bytes(30), service=99))])


def tcp(command, data=b"", error=0):
    return b"FINS" + struct.pack(">III", 8 + len(data), command, error) + data


def over_tcp():
    """Node addresses are exchanged first; then two commands in one segment, and one in two."""
    s = frames.Session(STATION, PLC, START_NS)
    s.say(0, tcp(0, bytes(4)))
    s.say(1, tcp(1, bytes([0, 0, 0, 21, 0, 0, 0, 11])))
    s.say(0, tcp(2, asked(0x0101, memory(0x82, 0, 2))) + tcp(2, asked(0x0102, memory(0x82, 7, 1) + b"\0\1", 2)))
    s.say(1, tcp(2, answered(0x0101, bytes(4))) + tcp(2, answered(0x0102, service=2)))
    whole = tcp(2, asked(0x0702, b"\x26\x03\x02\x06\0\0\1", 3))
    s.say(0, whole[:20])
    s.say(0, whole[20:])
    s.say(1, tcp(2, answered(0x0702, service=3)))
    s.close()
    return s.packets


def record():
    folder = lab.TESTS / "fins"
    folder.mkdir(parents=True, exist_ok=True)
    for case in (reads_and_writes, identity_and_run_state, over_tcp):
        frames.write(folder / f"{case.__name__}.pcap", case())
    mutate.cut_short(folder, "over_tcp", message=2, keep=10)
    field = mutate.Field
    extras = [(0, b"FINS\xff\xff\xff\xff" + bytes(8)), (0, tcp(2, b"\x80\0")), (1, tcp(2, answered(0x0501, b"SHORT"))), (0, b"FINSFINSFINS"), (0, tcp(2, tcp(2, asked(0x0401))))]
    mutate.hostile(folder, "over_tcp", [field(4, 4), field(8, 4), field(16), field(18), field(26, 2), field(32, 2)], header=16, prelude=2, extras=extras)


if __name__ == "__main__":
    record()
