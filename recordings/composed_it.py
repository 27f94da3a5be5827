"""Protocols that no stack of the registries speaks here, composed byte by byte: S7comm-plus (numbers of the public
S7CommPlusDriver), MMS (ISO 9506-2 on X.225, X.226, X.227), ADS (Beckhoff, ADS/AMS specification), HART-IP (FieldComm Group),
VNC (RFC 6143), RDP (MS-RDPBCGR), NetBIOS datagrams (RFC 1002, MS-BRWS) and TeamViewer (what public recognisers look for).

Nothing runs here, so no root is needed. The seed is fixed: the same bytes every time.
"""
import random
import struct

import frames
import mutate
from lab import BECKHOFF, DELL, HONEYWELL, HP, LENOVO, SEL, SIEMENS
from names import BROADCAST, Case, end

RNG = random.Random(62443)
CONTROLLER, STATION = SIEMENS % 0x11, HP % 0x21
LEN16, LEN32 = mutate.Field(2, 2), mutate.Field(2, 4, "little")


def opaque(count):
    """What cannot be read: encrypted or scrambled."""
    return RNG.randbytes(count)


def sessions(protocol, port, server, client, cases, fields, header, prelude=0, message=1, keep=None, extras=()):
    """One capture per case over TCP; what is cut short and hostile comes from the first."""
    for name, said in cases:
        case = Case(protocol, name)
        case.session(end(client[0], client[1], 49300), end(server[0], server[1], port), *said)
        case.write()
    first = cases[0][0]
    mutate.cut_short(case.folder, first, message, keep)
    mutate.hostile(case.folder, first, fields, header, prelude, extras)


# --- ISO transport

def tpkt(transport):
    return struct.pack("!BBH", 3, 0, 4 + len(transport)) + transport


def connect(kind, parameters):
    return tpkt(bytes([6 + len(parameters), kind]) + b"\0\0\0\1\0" + parameters)


def data(payload):
    return tpkt(b"\x02\xf0\x80" + payload)


def selectors(called):
    return b"\xc1\x02\x06\x00" + b"\xc2" + bytes([len(called)]) + called + b"\xc0\x01\x0a"


# --- S7comm-plus: unit 0x72, version, length; opcode, function, sequence; trailer

def plus(version, opcode, function, sequence, body=b""):
    unit = struct.pack("!BHHHH", opcode, 0, function, 0, sequence) + body
    if version == 3:
        unit = b"\x20" + opaque(32) + unit
    return data(struct.pack("!BBH", 0x72, version, len(unit)) + unit + bytes([0x72, version, 0, 0]))


def s7comm_plus():
    hello = [(0, connect(0xE0, selectors(b"SIMATIC-ROOT-ES"))), (1, connect(0xD0, selectors(b"SIMATIC-ROOT-ES")))]
    version = b"\xa3\x82\x2b\x00\x15" + bytes([27]) + b"1;6ES7 214-1AG40-0XB0;V4.2 "
    ask, answer = 0x31, 0x32
    steps = ((0x0542, b"\0\0\3\x8a\x34\0\0\0\0\1\1\x9a\1"), (0x054C, b"\0\0\3\x8a\x20\4\1\x8a\x45"), (0x04BB, b"\0\0\3\x8a\x34\0\0\0\3"),
             (0x0556, b"\0\0\3\x8a"), (0x057C, b"\0\0\3\x8a\x34" + b"OB1".ljust(40, b"\0")), (0x0586, b"\0\0\3\x8a\x34"),
             (0x04FC, b"\0\0\3\x8a\x34"), (0x04F2, b"\0\0\3\x8a\x34"), (0x0560, b"\0\0\3\x8a"), (0x04D4, b"\0\0\3\x8a\x34"))
    session = hello + [(0, plus(1, ask, 0x04CA, 1, b"\0\0\1\x20\x36\0\0\1\x1d\0\4\0\0\0\0\0\xa1\0\0\0\xd3\x82\x1f\0\0")),
                       (1, plus(1, answer, 0x04CA, 1, b"\x36\0\2\x87\x22\x87\x3d" + version))]
    for number, (function, body) in enumerate(steps, 2):
        session += [(0, plus(3, ask, function, number, body)), (1, plus(3, answer, function, number, b"\x34\0"))]
    session.append((1, plus(3, 0x33, 0x1234, 0, b"\x04\0\0\1\0")))
    record = lambda kind, count: data(bytes([kind, 3, 3]) + count.to_bytes(2, "big") + opaque(count))
    encrypted = hello + [(0, plus(1, ask, 0x05B3, 1, b"\x30\0\0\0")), (1, plus(1, answer, 0x05B3, 1, b"\x30\0\0\0")),
                         (0, record(0x16, 180)), (1, record(0x16, 90)), (0, record(0x17, 60)), (1, record(0x17, 70))]
    long = data(struct.pack("!BBH", 0x72, 1, 0xFFFF) + opaque(20))
    digest = data(struct.pack("!BBHB", 0x72, 3, 40, 0xFF) + opaque(40))
    sessions("s7comm-plus", 102, (CONTROLLER, "10.0.3.11"), (STATION, "10.0.4.21"), [("session", session), ("encrypted", encrypted)],
             [LEN16, mutate.Field(4), mutate.Field(9, 2), mutate.Field(8), mutate.Field(11)], 13, prelude=2, message=4, extras=[(0, long), (0, digest)])


# --- MMS

def ber(tag, *parts):
    content = b"".join(parts)
    length = bytes([len(content)]) if len(content) < 128 else b"\x81" + bytes([len(content)])
    return bytes.fromhex(tag) + length + content


def spdu(kind, parameters, presentation):
    body = bytes.fromhex("050613010016010214020002" + parameters) + b"\xc1" + bytes([len(presentation)]) + presentation
    return data(bytes([kind, len(body)]) + body)


def associate(kind, tag, initiate):
    """Session, presentation and association around the first unit of either side."""
    context, ber_syntax = bytes.fromhex("060528ca220203"), ber("06", b"\x51\x01")
    user = ber("be", ber("28", ber_syntax, b"\x02\x01\x03", ber("a0", initiate)))
    if kind == 0x0D:
        unit = ber("60", ber("a1", context), user)
        lists = ber("a4", ber("30", b"\x02\x01\x01", bytes.fromhex("060452010001"), ber("30", ber_syntax)),
                    ber("30", b"\x02\x01\x03", bytes.fromhex("060528ca220201"), ber("30", ber_syntax)))
        names = bytes.fromhex("810400000001820400000001")
    else:
        unit = ber("61", ber("a1", context), bytes.fromhex("a203020100"), bytes.fromhex("a305a103020100"), user)
        lists = ber("a5", bytes.fromhex("3007800100810251013007800100") + bytes.fromhex("81025101"))
        names = bytes.fromhex("830400000001")
    carried = ber("61", ber("30", b"\x02\x01\x01", ber("a0", unit)))
    return spdu(kind, "3302000134020001" if kind == 0x0D else "34020001",
                ber("31", ber("a0", b"\x80\x01\x01"), ber("a2", names, lists, carried)))


def mms_data(unit):
    return data(b"\x01\0\x01\0" + ber("61", ber("30", b"\x02\x01\x03", ber("a0", unit))))


def mms():
    detail = lambda tag: ber("a4", b"\x80\x01\x01", bytes.fromhex("810305f100"), bytes.fromhex("820c03ee1c00000408000079ef18"))
    initiate = lambda tag: ber(tag, bytes.fromhex("800300fde8810105820105" + "83010a"), detail(tag))
    number = lambda n: bytes([2, 1, n])
    ask = lambda n, *service: (0, mms_data(ber("a0", number(n), *service)))
    answer = lambda n, *service: (1, mms_data(ber("a1", number(n), *service)))
    refuse = lambda n: (1, mms_data(ber("a2", bytes([0x80, 1, n]), ber("a2", ber("a0", b"\x87\x01\x03")))))
    name = lambda item: ber("30", ber("a0", ber("a1", ber("1a", b"REL1LD0"), ber("1a", item))))
    write = lambda n, item: ask(n, ber("a5", ber("a0", name(item)), ber("a0", b"\x83\x01\x01")))
    hello = [(0, connect(0xE0, selectors(b"\0\1"))), (1, connect(0xD0, selectors(b"\0\1"))),
             (0, associate(0x0D, "60", initiate("a8"))), (1, associate(0x0E, "61", initiate("a9")))]
    read = lambda n, item: ask(n, ber("a4", ber("a1", ber("a0", name(item)))))
    session = hello + [
        ask(1, b"\x82\0"), answer(1, ber("a2", ber("80", b"Example Relays"), ber("81", b"REL-670"), ber("82", b"2.2.1"))),
        ask(2, ber("a1", ber("a0", b"\x80\x01\x09"), ber("a1", b"\x80\0"))), answer(2, ber("a1", ber("a0", ber("1a", b"REL1LD0")), b"\x81\x01\0")),
        read(3, b"XCBR1$ST$Pos$stVal"), answer(3, ber("a4", ber("a1", b"\x83\x01\x01"))),
        write(4, b"CSWI1$CO$Pos$Oper"), answer(4, ber("a5", b"\x81\0")),
        write(5, b"PTOC1$SP$StrVal$setMag"), refuse(5),
        ask(6, ber("bf48", ber("a0", ber("19", b"fault1.cfg")), b"\x81\x01\0")), refuse(6),
        (1, mms_data(ber("a3", ber("a0", ber("a1", ber("80", b"RPT")), ber("a0", b"\x83\x01\x01"))))),
        (0, mms_data(b"\x8b\0")), (1, mms_data(b"\x8c\0"))]
    # A positive answer may refuse each value by itself: data access error 3, denied, or 10, does not exist (ISO 9506-2, DataAccessError).
    two = lambda n, *items: ask(n, ber("a5", ber("a0", *map(name, items)), ber("a0", b"\x83\x01\x01" * len(items))))
    refused = hello + [
        write(1, b"CSWI1$CO$Pos$Oper"), answer(1, ber("a5", b"\x80\x01\x03")),
        two(2, b"CSWI1$CO$Pos$Oper", b"CSWI2$CO$Pos$Oper"), answer(2, ber("a5", b"\x81\0", b"\x80\x01\x03")),
        two(3, b"CSWI1$CO$Pos$Oper", b"CSWI2$CO$Pos$Oper"), answer(3, ber("a5", b"\x81\0", b"\x81\0")),
        read(4, b"XCBR9$ST$Pos$stVal"), answer(4, ber("a4", ber("a1", b"\x80\x01\x0a"))),
        read(5, b"XCBR1$ST$Pos$stVal"), answer(5, ber("a4", ber("a1", b"\x83\x01\x01")))]
    nested = data(b"\x01\0\x01\0" + b"\x61\x80" * 200)
    endless = data(b"\x01\0\x01\0" + b"\x61\x84\xff\xff\xff\xff\x30\x84\xff\xff\xff\xff")
    sessions("mms", 102, (SEL % 0x12, "10.0.3.12"), (LENOVO % 0x30, "10.0.4.30"), [("relay", session), ("refused_in_answer", refused)],
             [LEN16, mutate.Field(4), mutate.Field(12), mutate.Field(14), mutate.Field(19), mutate.Field(21), mutate.Field(23)],
             13, prelude=4, message=4, extras=[(0, nested), (0, endless)])


# --- ADS

def ams(command, flags, invoke, body, answer=False, error=0, port=851):
    plc, client = bytes([10, 0, 3, 13, 1, 1]) + struct.pack("<H", port), bytes([10, 0, 4, 21, 1, 1]) + struct.pack("<H", 32905)
    to, source = (client, plc) if answer else (plc, client)
    unit = to + source + struct.pack("<HHIII", command, flags, len(body), error, invoke) + body
    return struct.pack("<HI", 0, len(unit)) + unit


def ads():
    said = []

    def call(command, body, result, port=851):
        invoke = len(said) // 2 + 1
        said.extend([(0, ams(command, 4, invoke, body, port=port)), (1, ams(command, 5, invoke, result, True, port=port))])

    ok = struct.pack("<I", 0)
    where = lambda group, offset, *rest: struct.pack(f"<II{len(rest)}I", group, offset, *rest)
    call(1, b"", ok + struct.pack("<BBH16s", 3, 1, 4024, b"Plc30 App"))
    call(4, b"", ok + struct.pack("<HH", 5, 0))
    call(9, where(0xF003, 0, 4, 11) + b"MAIN.level\0", ok + where(4, 0x1234))
    call(2, where(0xF005, 0x1234, 4), ok + where(4, 725))
    call(3, where(0xF005, 0x1234, 4) + where(800, 0)[:4], ok)
    call(3, where(0x4020, 0, 4) + where(1, 0)[:4], struct.pack("<I", 0x704))
    call(6, where(0xF005, 0x1234, 4, 4, 0, 10_000_000) + bytes(16), ok + where(7, 0)[:4])
    stamp = where(40, 1) + struct.pack("<QI", 133_000_000_000_000_000, 1) + where(7, 4) + where(726, 0)[:4]
    said.append((1, ams(8, 4, 0, stamp, True)))
    said.append((0, ams(7, 4, 40, where(7, 0)[:4])))
    said.append((1, ams(7, 5, 40, ok, True)))
    call(5, struct.pack("<HHI", 6, 0, 0), ok)
    call(5, struct.pack("<HHI", 5, 0, 0), ok)
    huge = ams(2, 4, 90, where(0xF005, 0, 0xFFFFFFFF))
    sessions("ads", 48898, (BECKHOFF % 0x13, "10.0.3.13"), (STATION, "10.0.4.21"), [("controller", said)],
             [LEN32, mutate.Field(26, 4, "little"), mutate.Field(22, 2, "little"), mutate.Field(46, 4, "little"), mutate.Field(30, 4, "little")],
             22, message=4, extras=[(0, huge)])


# --- HART-IP

def hart(kind, identity, sequence, body, status=0):
    return struct.pack("!BBBBHH", 1, kind, identity, status, sequence, 8 + len(body)) + body


def token(delimiter, address, command, content):
    unit = bytes([delimiter]) + address + bytes([command, len(content)]) + content
    check = 0
    for byte in unit:
        check ^= byte
    return unit + bytes([check])


def hart_ip():
    case, sequence = Case("hart-ip", "transmitter"), 0
    station, gateway = end(DELL % 0x20, "10.0.4.20", 50094), end(HONEYWELL % 0x14, "10.0.3.14", 5094)
    long, short = bytes.fromhex("9179012345"), b"\x80"

    def both(identity, ask, answer):
        nonlocal sequence
        sequence += 1
        case.both(station, gateway, hart(0, identity, sequence, ask), hart(1, identity, sequence, answer))

    def command(number, ask, answer, address=long):
        wide = 0x80 if len(address) == 5 else 0
        both(3, token(2 | wide, address, number, ask), token(6 | wide, address, number, answer))

    both(0, b"\x01\x00\x00\xea\x60", b"\x01\x00\x00\xea\x60")
    about = bytes([0, 0, 254, 0x11, 0x79, 5, 7, 3, 12, 0x28, 0, 0x01, 0x23, 0x45, 5, 4, 0, 9, 0, 0, 0x17, 0, 0x17, 1])
    command(0, b"", about, short)
    command(20, b"", b"\0\0" + b"PT-1042".ljust(32, b"\0"))
    command(3, b"", b"\0\0" + struct.pack("!fBf", 12.4, 7, 3.21))
    command(35, struct.pack("!Bff", 7, 10.0, 0.0), b"\0\0" + struct.pack("!Bff", 7, 10.0, 0.0))
    command(35, struct.pack("!Bff", 7, 400.0, 0.0), b"\x07\0")
    command(42, b"", b"\0\0")
    both(2, b"", b"")
    both(1, b"", b"")
    case.mutated([mutate.Field(6, 2), mutate.Field(8), mutate.Field(15), mutate.Field(11), mutate.Field(1), mutate.Field(2)], 8, 4, 10)

    # A gateway relays to what hangs on its channels (command 77), bundles commands (78), takes several commands in one direct
    # message (HART-IP 10.3.2.5), and says who was here (audit log, 10.3.2.6) with the warning that fewer records were there.
    case, sequence = Case("hart-ip", "sub_devices"), 0
    inner = lambda delimiter, number, content: bytes([delimiter | 0x80]) + bytes.fromhex("9179abcdef") + bytes([number, len(content)]) + content
    relay = lambda channel, number, content: bytes([1, channel, 5]) + inner(2, number, content)
    relayed = lambda channel, number, content, code=0: bytes([0, 0, 1, channel]) + inner(6, number, bytes([code, 0]) + content)
    entry = lambda number, content: struct.pack("!HB", number, len(content)) + content
    range_ = struct.pack("!Bff", 7, 10.0, 0.0)
    values = struct.pack("!fBf", 12.4, 7, 3.21)
    both(0, b"\x01\x00\x00\xea\x60", b"\x01\x00\x00\xea\x60")
    command(77, relay(3, 0, b""), relayed(3, 0, about[2:]))
    command(77, relay(3, 3, b""), relayed(3, 3, values))
    command(77, relay(3, 35, range_), relayed(3, 35, range_))
    command(77, relay(4, 35, range_), relayed(4, 35, b"", 7))
    command(77, relay(9, 42, b""), b"\x13\0")
    command(78, b"\x03" + entry(3, b"") + entry(48, b"") + entry(35, range_),
            b"\0\0" + b"\0\x03" + entry(3, b"\0" + values) + entry(48, b"\0" + bytes(9)) + entry(35, b"\x07"))
    both(4, b"\0\0" + entry(54, b"\0") + entry(35, range_), b"\0\0" + entry(54, bytes(29)) + entry(35, b"\x07"))
    both(4, b"\0\0" + entry(35, range_), b"\0\0" + entry(35, b"\x08" + range_))
    sequence += 1
    case.both(station, gateway, hart(0, 5, sequence, b"\0\xff"), hart(1, 5, sequence, b"\0\1" + bytes(20) + b"\0\x3a" + bytes(58), 8))
    case.write()


# --- VNC and RDP: what the recorded stacks do not do

def single(protocol, name, port, server, client, said):
    case = Case(protocol, name)
    case.session(end(client[0], client[1], 49300), end(server[0], server[1], port), *said)
    case.write()


def vnc():
    """Version 3.3, where the server decides how to log in (RFC 6143, appendix A)."""
    screen = struct.pack("!HH", 1280, 800) + bytes.fromhex("20180001" "00ff00ff00ff" "100800" "000000") + struct.pack("!I", 11) + b"line4-panel"
    said = [(1, b"RFB 003.003\n"), (0, b"RFB 003.003\n"), (1, struct.pack("!I", 2)), (1, opaque(16)), (0, opaque(16)), (1, bytes(4)), (0, b"\x01"), (1, screen)]
    single("vnc", "version_33", 5900, (SIEMENS % 0x40, "10.0.3.40"), (STATION, "10.0.4.21"), said)


def rdp():
    """Log-in before the screen opens (CredSSP)."""
    ask = connect(0xE0, b"Cookie: mstshash=maint\r\n" + struct.pack("<BBHI", 1, 0, 8, 3))
    record = lambda side, kind, count: (side, bytes([kind, 3, 3]) + count.to_bytes(2, "big") + opaque(count))
    said = [(0, ask), (1, connect(0xD0, struct.pack("<BBHI", 2, 0x1F, 8, 2))), record(0, 0x16, 160), record(1, 0x16, 900), record(0, 0x17, 80), record(1, 0x17, 80)]
    single("rdp", "network_level", 3389, (DELL % 0x35, "10.0.3.35"), (STATION, "10.0.4.21"), said)


# --- NetBIOS datagrams

def netbios(name, kind):
    """First-level encoding (RFC 1001, 14.1)."""
    raw = name.ljust(15)[:15] + bytes([kind]) if isinstance(name, bytes) else name
    return b"\x20" + bytes(0x41 + nibble for byte in raw for nibble in (byte >> 4, byte & 15)) + b"\0"


def browse(content):
    """A mailslot write as an SMB transaction (MS-CIFS 2.2.4.33, MS-MAIL 2.2.1)."""
    slot = b"\\MAILSLOT\\BROWSE\0"
    place = 32 + 1 + 34 + 2 + len(slot)
    words = struct.pack("<HHHHBBHIHHHHHBB", 0, len(content), 0, 0, 0, 0, 0, 1000, 0, 0, 0, len(content), place, 3, 0) + struct.pack("<HHH", 1, 1, 2)
    return b"\xffSMB\x25".ljust(32, b"\0") + bytes([17]) + words + struct.pack("<H", len(slot) + len(content)) + slot + content


def nbdgm():
    case = Case("nbdgm", "announcements")
    address = "10.0.4.20"
    station, everybody = end(DELL % 0x20, address, 138), frames.End(BROADCAST, frames.ip("10.0.255.255"), 138)

    def send(kind, number, sender, target, content):
        body = netbios(*sender) + netbios(*target) + content
        case.udp(station, everybody, struct.pack("!BBH4sHHH", kind, 0x0A, number, frames.ip(address), 138, len(body), 0) + body)

    told = lambda kind, name, comment: struct.pack("<BBI16sBBIBBH", kind, 0, 720_000, name, 6, 1, 0x00011003, 15, 1, 0xAA55) + comment + b"\0"
    send(0x11, 1, (b"HMI-LINE3", 0), (b"PLANT", 0x1D), browse(told(1, b"HMI-LINE3", b"Panel of line 3")))
    send(0x11, 2, (b"HMI-LINE3", 0), (b"\x01\x02__MSBROWSE__\x02", 1), browse(told(12, b"PLANT", b"HMI-LINE3")))
    send(0x11, 3, (b"HMI-LINE3", 0x20), (b"PLANT", 0x1E), browse(told(15, b"HMI-LINE3", b"")))
    send(0x10, 4, (b"HMI-LINE3", 0), (b"HISTORIAN", 0x20), b"hello")
    case.mutated([mutate.Field(0), mutate.Field(10, 2), mutate.Field(12, 2), mutate.Field(14), mutate.Field(82), mutate.Field(114)], 14, 1, 60)


# --- TeamViewer

def teamviewer():
    message = lambda command, count: b"\x17\x24" + bytes([command, 0]) + struct.pack("<H", count) + opaque(count)
    said = [(0, message(0x0A, 20)), (1, message(0x0B, 24)), (0, message(0x10, 90)), (1, message(0x11, 200))]
    over_udp = Case("teamviewer", "over_udp")
    station, router = end(HP % 0x21, "10.0.4.21", 50938), end(LENOVO % 0x99, "10.0.9.9", 5938)
    over_udp.both(station, router, b"\0\0\1" + b"\x17\x24" + opaque(30), b"\0\0\1" + b"\x17\x24" + opaque(30))
    over_udp.write()
    sessions("teamviewer", 5938, (LENOVO % 0x99, "10.0.9.9"), (HP % 0x21, "10.0.4.21"), [("to_the_router", said)],
             [mutate.Field(0), mutate.Field(1), mutate.Field(2), mutate.Field(4, 2)], 2, message=1, keep=5)


def record():
    for compose in (s7comm_plus, mms, ads, hart_ip, vnc, rdp, nbdgm, teamviewer):
        compose()


if __name__ == "__main__":
    record()
