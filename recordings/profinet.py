"""PROFINET, composed byte by byte from IEC 61158-6-10: discovery and naming (DCP), cyclic data and alarms (RT), and context
management over connectionless DCE/RPC (C706, chapter 12). The registries hold no stack that does these."""
import struct
import uuid

import frames
import lab
import mutate

START_NS = 1_767_600_000 * 10**9
STEP_NS = 4_000_000
GROUP = frames.End(frames.mac("01:0e:cf:00:00:00"))
CONTROLLER = frames.End(frames.mac(lab.SIEMENS % 0x11), frames.ip("10.0.3.11"), 34964)
DEVICE = frames.End(frames.mac(lab.SIEMENS % 0x21), frames.ip("10.0.3.21"), 34964)
VALVES = frames.End(frames.mac(lab.PHOENIX % 0x22), frames.ip("10.0.3.22"), 34964)
STATION = frames.End(frames.mac(lab.HP % 0x21), frames.ip("10.0.4.21"), 49152)

HELLO, GET_SET, ASK, ANSWER = 0xFEFC, 0xFEFD, 0xFEFE, 0xFEFF
GET, SET, IDENTIFY = 3, 4, 5


class Wire:
    """Frames one after the other."""

    def __init__(self):
        self.packets, self.time_ns = [], START_NS

    def put(self, data):
        self.packets.append(frames.Packet(self.time_ns, data))
        self.time_ns += STEP_NS

    def on_ethernet(self, source, target, payload):
        self.put(frames.ethernet(source, target, 0x8892, payload))

    def on_udp(self, source, target, payload):
        self.put(frames.udp(source, target, payload))


# --- DCP

def block(option, suboption, data, info=b"\0\0"):
    """A block; `info` is what stands before the data: block information, or the qualifier of a Set."""
    body = info + data
    return struct.pack("!BBH", option, suboption, len(body)) + body + b"\0" * (len(body) % 2)


def dcp(frame_id, service, kind, transaction, blocks, delay=0):
    return struct.pack("!HBBIHH", frame_id, service, kind, transaction, delay, len(blocks)) + blocks


def about(name, product, device, role, address):
    """What a device says of itself: name, kind, numbers, role, address with mask and gateway."""
    network = frames.ip(address) + frames.ip("255.255.0.0") + frames.ip("10.0.0.1")
    return (block(2, 2, name) + block(2, 1, product) + block(2, 3, struct.pack("!HH", *device)) + block(2, 4, bytes([role, 0]))
            + block(1, 2, network, b"\0\1"))


ABOUT_CONTROLLER = about(b"press-plc", b"S7-1500", (0x002A, 0x010E), 2, "10.0.3.11")
ABOUT_DEVICE = about(b"press-io-1", b"ET200SP", (0x002A, 0x0313), 1, "10.0.3.21")
ABOUT_VALVES = about(b"valves-1", b"AXL F BK PN", (0x00B0, 0x0001), 1, "10.0.3.22")
EVERYTHING = struct.pack("!BBH", 0xFF, 0xFF, 0)


def identify():
    """A station asks all who they are; three answer. Then it asks for one name, and for what that device can tell."""
    w = Wire()
    w.on_ethernet(STATION, GROUP, dcp(ASK, IDENTIFY, 0, 1, EVERYTHING, delay=64))
    for who, blocks in ((CONTROLLER, ABOUT_CONTROLLER), (DEVICE, ABOUT_DEVICE), (VALVES, ABOUT_VALVES)):
        w.on_ethernet(who, STATION, dcp(ANSWER, IDENTIFY, 1, 1, blocks))
    w.on_ethernet(CONTROLLER, GROUP, dcp(ASK, IDENTIFY, 0, 2, block(2, 2, b"press-io-1", b""), delay=1))
    w.on_ethernet(DEVICE, CONTROLLER, dcp(ANSWER, IDENTIFY, 1, 2, ABOUT_DEVICE))
    w.on_ethernet(STATION, DEVICE, dcp(GET_SET, GET, 0, 3, bytes([2, 2, 1, 2])))
    w.on_ethernet(DEVICE, STATION, dcp(GET_SET, GET, 1, 3, block(2, 2, b"press-io-1") + block(1, 2, frames.ip("10.0.3.21") + bytes(8), b"\0\1")))
    return w.packets


def done(option, suboption, error=0):
    """The answer to a Set: which block, and what went wrong."""
    return block(5, 4, bytes([option, suboption, error]), b"")


def settings():
    """A station lets a device blink, names it, gives it an address, and resets it."""
    w = Wire()
    network = frames.ip("10.0.3.23") + frames.ip("255.255.0.0") + bytes(4)
    for number, (option, suboption, data) in enumerate(((5, 3, b"\1\0"), (2, 2, b"press-io-2"), (1, 2, network), (5, 6, b"")), 16):
        w.on_ethernet(STATION, DEVICE, dcp(GET_SET, SET, 0, number, block(option, suboption, data, b"\0\1")))
        w.on_ethernet(DEVICE, STATION, dcp(GET_SET, SET, 1, number, done(option, suboption)))
    return w.packets


def refused():
    """A name that the device does not take, and a service that it does not know."""
    w = Wire()
    w.on_ethernet(STATION, DEVICE, dcp(GET_SET, SET, 0, 32, block(2, 2, b"Press IO", b"\0\1")))
    w.on_ethernet(DEVICE, STATION, dcp(GET_SET, SET, 1, 32, done(2, 2, 3)))
    w.on_ethernet(STATION, DEVICE, dcp(GET_SET, SET, 0, 33, block(5, 5, b"", b"\0\1")))
    w.on_ethernet(DEVICE, STATION, dcp(GET_SET, SET, 5, 33, b""))
    return w.packets


def hello():
    """A device that has just started tells who it is."""
    w = Wire()
    w.on_ethernet(VALVES, frames.End(frames.mac("01:0e:cf:00:00:01")), dcp(HELLO, 6, 0, 48, ABOUT_VALVES))
    return w.packets


# --- RT

def cyclic(frame_id, data, counter, status=0x35):
    """Data padded to 40 bytes, then cycle counter, data status (0x10 the provider runs, 0x04 the data is valid) and transfer status."""
    return struct.pack("!H", frame_id) + data.ljust(40, b"\0") + struct.pack("!HBB", counter & 0xFFFF, status, 0)


def running(count=10):
    w = Wire()
    for n in range(count):
        w.on_ethernet(CONTROLLER, DEVICE, cyclic(0x8000, b"\x80\x01" + bytes([n]), 128 * n))
        w.on_ethernet(DEVICE, CONTROLLER, cyclic(0x8001, b"\x80\x02" + bytes([n]), 128 * n + 7))
    return w.packets


def stopped():
    """The controller goes to stop: it still sends, and says so."""
    w = Wire()
    for n in range(8):
        w.on_ethernet(CONTROLLER, DEVICE, cyclic(0x8000, b"\x80\x01", 128 * n, 0x35 if n < 4 else 0x25))
    w.on_ethernet(DEVICE, CONTROLLER, cyclic(0x8001, b"\x80\x02", 9, 0x31))
    return w.packets


def alarms():
    """A low alarm with its acknowledgement: end points 2 and 2, type, flags, sequence numbers, length, block."""
    w = Wire()
    head = lambda kind, length: struct.pack("!HHHBBHHH", 0xFE01, 1, 1, kind, 0x11, 0xFFFF, 0xFFFE, length)
    notification = struct.pack("!HHBBHIHHIIH", 0x0002, 0x1A, 1, 0, 1, 0, 2, 1, 0x20, 1, 0x0001)
    w.on_ethernet(DEVICE, CONTROLLER, head(0x11, len(notification)) + notification)
    w.on_ethernet(CONTROLLER, DEVICE, head(0x13, 0))
    return w.packets


# --- context management

INTERFACES = {name: uuid.UUID(f"dea0000{n}-6c97-11d1-8271-00a02442df7d") for name, n in (("device", 1), ("controller", 2))}
RELATION = uuid.UUID("6f0a3b8e-42d1-4c5a-9b7e-00112233aa55")
OBJECT = uuid.UUID("dea00000-6c97-11d1-8271-00010313002a")
CONNECT, RELEASE, READ, WRITE, CONTROL, READ_IMPLICIT = range(6)
REQUEST, RESPONSE, FAULT = 0, 2, 3


def rpc(kind, number, body, sequence, interface="device", activity=1, little=True, fragment=0, flags=0x20):
    """The header of connectionless DCE/RPC: 80 bytes. Flags: 0x20 may be repeated, 0x04 a fragment, 0x02 the last one."""
    e = "<" if little else ">"
    identifier = lambda u: u.bytes_le if little else u.bytes
    activity = uuid.UUID(int=0x35FDA900_358A_1212_8004_001C060B26ED + activity)
    return (bytes([4, kind, flags, 0, 0x10 if little else 0, 0, 0, 0]) + identifier(OBJECT) + identifier(INTERFACES[interface]) + identifier(activity)
            + struct.pack(e + "IIIHHHHHBB", 0, 1, sequence, number, 0xFFFF, 0xFFFF, len(body), fragment, 0, 0) + body)


def asked(blocks, little=True):
    e = "<" if little else ">"
    return struct.pack(e + "IIIII", 16 * 1024, len(blocks), 16 * 1024, 0, len(blocks)) + blocks


def answered(blocks, status=0, little=True):
    e = "<" if little else ">"
    return struct.pack(e + "IIIII", status, len(blocks), 16 * 1024, 0, len(blocks)) + blocks


def io(kind, content):
    return struct.pack("!HHBB", kind, len(content) + 2, 1, 0) + content


def relation_request(name):
    return io(0x0101, struct.pack("!H16sH6s16sIHHH", 1, RELATION.bytes, 1, CONTROLLER.mac, OBJECT.bytes, 0x40000011, 200, 0x8892, len(name)) + name)


def relation_answer(name):
    padded = struct.pack("!H", len(name)) + name
    return io(0x8101, struct.pack("!H16sH6sH", 1, RELATION.bytes, 1, DEVICE.mac, 0x8892)) + io(0x8106, padded + b"\0" * (-(len(padded) + 6) % 4))


def record_head(kind, index, length, slot=0, subslot=1):
    """Read and write headers: sequence, relation, interface, slot, subslot, pad, index, length, pad."""
    return io(kind, struct.pack("!H16sIHH2xHI24x", 1, RELATION.bytes, 0, slot, subslot, index, length))


def control(kind, command):
    return io(kind, struct.pack("!2x16sH2xHH", RELATION.bytes, 1, command, 0))


def identification(order=b"6ES7 155-6AU01-0BN0", serial=b"S C-X4U421302009"):
    """I&M0: maker, order number, serial number, hardware 3, software V4.2.1, and what else is supported."""
    return io(0x0020, struct.pack("!H20s16sHcBBBHHHHH", 0x002A, order.ljust(20), serial.ljust(16), 3, b"V", 4, 2, 1, 1, 0, 0, 0x0101, 0x000E))


def location():
    return io(0x0021, b"press line".ljust(32) + b"hall 2, cabinet 7".ljust(22))


def descriptor():
    return io(0x0023, b"inputs and outputs of the press".ljust(54))


class Talk(Wire):
    """Requests with their answers, numbered."""

    def __init__(self):
        super().__init__()
        self.sequence = 0

    def exchange(self, number, request, answer, ends=(CONTROLLER, DEVICE), status=0, little=True, **more):
        self.on_udp(*ends, rpc(REQUEST, number, asked(request, little), self.sequence, little=little, **more))
        self.on_udp(*ends[::-1], rpc(RESPONSE, number, answered(answer, status, little), self.sequence, little=little, **more))
        self.sequence += 1

    def read(self, index, data, number=READ, status=0, **more):
        self.exchange(number, record_head(0x0009, index, 4096), record_head(0x8009, index, len(data)) + data, status=status, **more)


def start_up():
    """Connect, write a parameter, end of parameters; the device calls back when it is ready; then release."""
    t = Talk()
    t.exchange(CONNECT, relation_request(b"press-plc"), relation_answer(b"press-io-1"))
    t.exchange(WRITE, record_head(0x0008, 0x0080, 4, slot=2) + b"\0\1\0\2", record_head(0x8008, 0x0080, 0, slot=2))
    t.exchange(CONTROL, control(0x0110, 1), control(0x8110, 8))
    t.exchange(CONTROL, control(0x0112, 2), control(0x8112, 8), ends=(DEVICE, CONTROLLER), interface="controller", activity=2)
    t.exchange(RELEASE, control(0x0114, 4), control(0x8114, 8))
    return t.packets


def identity():
    """An engineering station reads what the device is, where it stands and what it is for."""
    t = Talk()
    ends = (STATION, DEVICE)
    t.read(0xAFF0, identification(), READ_IMPLICIT, ends=ends)
    t.read(0xAFF1, location(), READ_IMPLICIT, ends=ends)
    t.read(0xAFF3, descriptor(), READ_IMPLICIT, ends=ends)
    return t.packets


def records():
    """Within a relation: diagnosis, a value, and a record that does not exist."""
    t = Talk()
    t.exchange(CONNECT, relation_request(b"press-plc"), relation_answer(b"press-io-1"))
    t.read(0x800C, b"")
    t.read(0x0064, b"\x05\xaa")
    t.read(0x7FFF, b"", status=0xDE80B000)
    return t.packets


def big_endian():
    """The same with integers the other way round, and a request in two fragments."""
    t = Talk()
    t.read(0xAFF0, identification(b"AXL F BK PN", b"2014031234"), READ_IMPLICIT, ends=(STATION, VALVES), little=False)
    body = asked(record_head(0x0008, 0x0080, 600) + bytes(600))
    for fragment in (0, 1):
        t.on_udp(CONTROLLER, VALVES, rpc(REQUEST, WRITE, body[fragment * 400:][:400], 9, fragment=fragment, activity=3, flags=0x26 if fragment else 0x24))
    t.on_udp(VALVES, CONTROLLER, rpc(FAULT, WRITE, struct.pack("<I", 0x1C010003), 9, activity=3))
    return t.packets


def record_folder(name, cases, cut, fields, header, extras=()):
    """Writes the cases, and from the first of them the one cut short and the hostile one."""
    folder = lab.TESTS / name
    folder.mkdir(parents=True, exist_ok=True)
    for case in cases:
        frames.write(folder / f"{case.__name__}.pcap", case())
    base = cases[0].__name__
    mutate.cut_short(folder, base, **cut)
    mutate.hostile(folder, base, fields, header=header, extras=extras)


def record_all_dcp():
    big = mutate.Field
    # Frame id, service, type, length; option, length and content of the first block.
    fields = [big(0, 2), big(2), big(3), big(10, 2), big(12), big(14, 2), big(16, 2)]
    many = dcp(ANSWER, IDENTIFY, 1, 1, block(2, 2, b"x") * 200)
    extras = [(0, many), (0, dcp(ANSWER, IDENTIFY, 1, 1, struct.pack("!BBH", 2, 2, 0xFFFF))), (0, dcp(ANSWER, IDENTIFY, 1, 1, block(2, 2, b"\xff\xfe\x1b[2J"))),
              (0, struct.pack("!HBBIHH", ANSWER, IDENTIFY, 1, 1, 0, 0xFFFF)), (0, dcp(GET_SET, SET, 0, 1, block(1, 2, b"", b"\0\1")))]
    record_folder("profinet-dcp", [settings, identify, refused, hello], {"message": 2, "keep": 14}, fields, 4, extras)


def record_all_rt():
    big = mutate.Field
    record_folder("profinet-rt", [running, stopped, alarms], {"message": 3, "keep": 3}, [big(0, 2), big(44), big(45)], 2,
                  [(0, b"\x80"), (0, b"\x80\x00"), (0, b"\xff\x40" + bytes(40)), (0, b"\xfe\x01" + b"\xff" * 30)])


def record_all_cm():
    little, big = (lambda at, size: mutate.Field(at, size, "little")), mutate.Field
    # Kind, order of bytes, operation, length and number of the fragment; lengths of the arguments; type and length of the first block; length of a name.
    fields = [big(1), big(4), little(68, 2), little(74, 2), little(76, 2), little(84, 4), little(96, 4), big(100, 2), big(102, 2), big(156, 2)]
    many = b"".join(io(0x0009, b"") for _ in range(300))
    extras = [(0, rpc(REQUEST, READ, asked(many), 1)), (0, rpc(REQUEST, CONNECT, asked(io(0x0101, b"\xff" * 52)), 1)), (1, rpc(RESPONSE, READ, answered(io(0x0020, b"\0\x2a")), 1)),
              (0, rpc(REQUEST, READ, b"", 1)), (0, rpc(REQUEST, 999, asked(b""), 1)), (0, rpc(REQUEST, CONNECT, asked(bytes(400)), 1))]
    record_folder("profinet-cm", [start_up, identity, records, big_endian], {"message": 1, "keep": 70}, fields, 80, extras)


def record():
    record_all_dcp()
    record_all_rt()
    record_all_cm()


if __name__ == "__main__":
    record()
