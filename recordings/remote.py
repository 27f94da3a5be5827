"""Remote access and tunnels, byte by byte from their specifications: RDP, VNC, OpenVPN, WireGuard.

What is encrypted is random with a fixed seed: nobody who listens can tell. RDP and VNC add to what rdp.py and vnc.py
record from their stacks: versions and refusals that those do not do. No root is needed.
"""
import random
import struct

import mutate
from names import HMI, PLC, ROUTER, SERVER, STATION, Case, end

RNG = random.Random(62443)


def tpkt(body):
    return struct.pack("!BBH", 3, 0, 4 + len(body)) + body


def rdp():
    """MS-RDPBCGR 2.2.1.1 and 2.2.1.2; the connect unit of 2.2.1.3 with client core data."""
    def request(cookie=b"", protocols=None):
        rest = cookie + (struct.pack("<BBHI", 1, 0, 8, protocols) if protocols is not None else b"")
        return tpkt(bytes([6 + len(rest), 0xE0]) + bytes(5) + rest)

    def confirm(kind=None, value=0):
        rest = struct.pack("<BBHI", kind, 0, 8, value) if kind else b""
        return tpkt(bytes([6 + len(rest), 0xD0, 0, 0, 0x12, 0x34, 0]) + rest)

    name = "ES-LINE3".encode("utf-16-le").ljust(32, b"\0")
    core = struct.pack("<HHIHHHHII", 0xC001, 216, 0x00080004, 1024, 768, 0xCA01, 0xAA03, 0x407, 2600) + name + bytes(160)
    connect = tpkt(b"\x02\xf0\x80\x7f\x65\x82\x01\x94" + bytes(100) + core)
    case = Case("rdp", "credssp_and_standard")
    server = end(SERVER, "10.0.4.30", 3389)
    user = b"Cookie: mstshash=operator\r\n"
    case.session(end(STATION, "10.0.4.21", 50001), server, (0, request(user, 3)), (1, confirm(2, 2)))
    case.session(end(STATION, "10.0.4.21", 50002), server, (0, request(b"", 0)), (1, confirm(3, 5)))
    case.session(end(HMI, "10.0.4.20", 50003), server, (0, request(user)), (1, confirm()), (0, connect), (1, tpkt(b"\x02\xf0\x80" + RNG.randbytes(40))))
    case.write()


def vnc():
    """RFC 6143, 7.1 to 7.3."""
    case = Case("vnc", "versions_and_types")
    panel = end(PLC, "10.0.3.40", 5900)
    name = b"Filler line 3"
    screen = struct.pack("!HH", 800, 480) + bytes([32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0]) + struct.pack("!I", len(name)) + name
    v38, v33, v37 = b"RFB 003.008\n", b"RFB 003.003\n", b"RFB 003.007\n"
    ok, wrong = bytes(4), b"\0\0\0\1"
    client = lambda number: end(STATION, "10.0.4.21", 51000 + number)
    update = b"\0\0" + RNG.randbytes(60)
    # A password; then no log-in at all; then a wrong password; then version 3.3, where the server decides; 3.7 has no result.
    case.session(client(1), panel, (1, v38), (0, v38), (1, b"\2\2\x10"), (0, b"\2"), (1, RNG.randbytes(16)), (0, RNG.randbytes(16)),
                 (1, ok), (0, b"\1"), (1, screen), (1, update))
    case.session(client(2), panel, (1, v38), (0, v38), (1, b"\1\1"), (0, b"\1"), (1, ok), (0, b"\1"), (1, screen))
    case.session(client(3), panel, (1, v38), (0, v38), (1, b"\1\2"), (0, b"\2"), (1, RNG.randbytes(16)), (0, RNG.randbytes(16)), (1, wrong))
    case.session(client(4), panel, (1, v38), (0, v33), (1, b"\0\0\0\1"), (0, b"\1"), (1, screen))
    case.session(client(5), panel, (1, v37), (0, v37), (1, b"\1\1"), (0, b"\1\1"), (1, screen))
    case.session(client(6), panel, (1, v38), (0, v38), (1, b"\1\x13"), (0, b"\x13"), (1, b"\0\2"), (0, b"\0\2"))
    case.write()


def openvpn():
    """Kind and key 1, session 8, acknowledgements 1 (with the peer's session 8), packet number 4."""
    case = Case("openvpn", "hard_reset")
    gateway, server = end(ROUTER, "10.0.3.1", 40123), end(SERVER, "203.0.113.9", 1194)
    client, peer = RNG.randbytes(8), RNG.randbytes(8)
    reset = b"\x38" + client + b"\0" + bytes(4)
    answer = b"\x40" + peer + b"\1" + bytes(4) + client + bytes(4)
    control = b"\x20" + client + b"\0" + struct.pack("!I", 1) + RNG.randbytes(60)
    data = b"\x30" + RNG.randbytes(80)
    case.both(gateway, server, reset, answer, control, b"\x28" + peer + b"\1" + bytes(4) + client)
    case.both(gateway, server, data, data)
    # Off its port, and over TCP with a length before each packet.
    case.both(end(STATION, "10.0.4.21", 40124), end(SERVER, "203.0.113.9", 443), reset, answer)
    framed = lambda packet: struct.pack("!H", len(packet)) + packet
    case.session(end(STATION, "10.0.4.21", 40125), end(SERVER, "203.0.113.9", 443), (0, framed(reset)), (1, framed(answer)), (0, framed(control)))
    case.mutated([mutate.Field(0), mutate.Field(9), mutate.Field(10, 4)], header=1, keep=6)


def wireguard():
    """The paper's section 5.4: kinds 1 to 4 with their fixed lengths."""
    case = Case("wireguard", "handshake")
    station, server = end(STATION, "10.0.4.21", 43000), end(SERVER, "203.0.113.9", 51820)
    mine, yours = RNG.randbytes(4), RNG.randbytes(4)
    start = b"\1\0\0\0" + mine + RNG.randbytes(140)
    answer = b"\2\0\0\0" + yours + mine + RNG.randbytes(80)
    data = lambda receiver, number, size: b"\4\0\0\0" + receiver + struct.pack("<Q", number) + RNG.randbytes(size + 16)
    case.both(station, server, start, answer, data(yours, 0, 96), data(mine, 0, 96), data(yours, 1, 0))
    case.both(end(STATION, "10.0.4.21", 43001), end(SERVER, "203.0.113.9", 4711), start, answer)
    case.mutated([mutate.Field(0), mutate.Field(1, 3), mutate.Field(4, 4)], header=4, keep=50)


def record():
    for case in (rdp, vnc, openvpn, wireguard):
        case()


if __name__ == "__main__":
    record()
