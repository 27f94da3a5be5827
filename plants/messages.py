"""Messages built byte by byte from their specifications, where no recording of a real stack exists."""
import base64
import ipaddress
import struct


def _mac(text):
    return bytes.fromhex(text.replace(":", ""))


def _ip(text):
    return ipaddress.ip_address(text).packed


# PROFINET (IEC 61158-6-10)

PROFINET = 0x8892
DCP_GROUP = _mac("01:0e:cf:00:00:00")


def _dcp(frame, service, kind, transaction, blocks, delay=0):
    body = b""
    for option, suboption, data in blocks:
        body += struct.pack("!BBH", option, suboption, len(data)) + data + bytes(len(data) % 2)
    return struct.pack("!HBBIHH", frame, service, kind, transaction, delay, len(body)) + body


def dcp_identify_all(transaction):
    """Who is there? Every device answers."""
    return _dcp(0xFEFE, 5, 0, transaction, [(0xFF, 0xFF, b"")], delay=1)


def dcp_identify_answer(transaction, name, maker, vendor, device, role, ip):
    """A device says its name, type, number, role (1 device, 2 controller) and address."""
    blocks = [(2, 2, b"\0\0" + name.encode()), (2, 1, b"\0\0" + maker.encode()),
              (2, 3, b"\0\0" + struct.pack("!HH", vendor, device)), (2, 4, b"\0\0" + bytes([role, 0]))]
    if ip:
        network = ipaddress.ip_interface(f"{ip}/24").network
        blocks.append((1, 2, b"\0\1" + _ip(ip) + network.netmask.packed + (network.network_address + 1).packed))
    return _dcp(0xFEFF, 5, 1, transaction, blocks)


def real_time(frame, data, cycle, running=True):
    """Cyclic data with provider state: 40 bytes at least, then cycle counter, data status, transfer status."""
    status = 0x35 if running else 0x25
    return struct.pack("!H", frame) + data.ljust(40, b"\0") + struct.pack("!HBB", cycle & 0xFFFF, status, 0)


# Switches: LLDP (IEEE 802.1AB), spanning tree (IEEE 802.1D)

LLDP, LLDP_GROUP = 0x88CC, _mac("01:80:c2:00:00:0e")
BRIDGES = _mac("01:80:c2:00:00:00")


def lldp(chassis, port, name, description, ip=None, bridge=False):
    """A neighbour presents itself."""
    def tlv(kind, data):
        return struct.pack("!H", kind << 9 | len(data)) + data
    capabilities = 0x0004 if bridge else 0x0080
    text = tlv(1, b"\7" + chassis.encode()) + tlv(2, b"\7" + port.encode()) + tlv(3, struct.pack("!H", 20))
    text += tlv(5, name.encode()) + tlv(6, description.encode()) + tlv(7, struct.pack("!HH", capabilities, capabilities))
    if ip:
        text += tlv(8, b"\5\1" + _ip(ip) + b"\2" + struct.pack("!I", 1) + b"\0")
    return text + tlv(0, b"")


def spanning_tree(bridge):
    """A bridge that takes itself for the root says hello: LLC header, then a configuration message of RSTP."""
    identity = struct.pack("!H", 0x8000) + _mac(bridge)
    body = b"\0\0\2\2\x3c" + identity + bytes(4) + identity + struct.pack("!HHHHH", 0x8001, 0, 20 << 8, 2 << 8, 15 << 8) + b"\0"
    return b"\x42\x42\x03" + body


# Names, addresses, time: DNS (RFC 1035), DHCP (RFC 2131), NTP (RFC 5905), NetBIOS names (RFC 1002)

def dns(number, name, address=None):
    """Question for an address, or its answer."""
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"
    flags, answers = (0x8180, 1) if address else (0x0100, 0)
    text = struct.pack("!HHHHHH", number, flags, 1, answers, 0, 0) + labels + struct.pack("!HH", 1, 1)
    return text + (struct.pack("!HHHIH", 0xC00C, 1, 1, 1200, 4) + _ip(address) if address else b"")


def netbios_query(number, name):
    """A Windows host looks for another by name, calling to everybody."""
    return struct.pack("!HHHHHH", number, 0x0110, 1, 0, 0, 0) + _netbios(name, 0x20) + struct.pack("!HH", 0x20, 1)


def netbios_registration(number, name, ip, suffix=0):
    """A Windows host says under which name it is known."""
    text = struct.pack("!HHHHHH", number, 0x2910, 1, 0, 0, 1) + _netbios(name, suffix) + struct.pack("!HH", 0x20, 1)
    return text + struct.pack("!HHHIHH", 0xC00C, 0x20, 1, 300000, 6, 0) + _ip(ip)


def _netbios(name, suffix):
    padded = name.upper().encode().ljust(15)[:15] + bytes([suffix])
    return b"\x20" + b"".join(bytes([0x41 + (byte >> 4), 0x41 + (byte & 15)]) for byte in padded) + b"\0"


def dhcp(kind, number, mac, name=None, ip="0.0.0.0", server=None, maker="MSFT 5.0"):
    """A host asks for an address (3: request) or is given one (5: acknowledged)."""
    answer = kind in (2, 5)
    head = struct.pack("!BBBBIHH", 2 if answer else 1, 1, 6, 0, number, 0, 0)
    head += (bytes(4) + _ip(ip) if answer else _ip(ip) + bytes(4)) + bytes(8) + _mac(mac) + bytes(10 + 64 + 128)
    options = b"\x63\x82\x53\x63" + bytes([53, 1, kind])
    if name and not answer:
        options += bytes([12, len(name)]) + name.encode() + bytes([60, len(maker)]) + maker.encode()
        options += bytes([55, 6, 1, 3, 6, 15, 44, 46])
    if server:
        options += b"\x36\x04" + _ip(server)
    if answer:
        options += b"\x33\x04" + struct.pack("!I", 28800) + b"\x01\x04\xff\xff\xff\x00\x06\x04" + _ip(server)
    return head + options + b"\xff"


def ntp(mode, at, stratum):
    """Asks for the time (mode 3) or tells it (mode 4); version 4."""
    seconds, fraction = at // 1_000_000 + 2_208_988_800, at % 1_000_000 * 4294
    stamp = struct.pack("!II", seconds, fraction)
    return struct.pack("!BBbbII4s", 0x20 | mode, stratum, 6, -20, 0, 0x100, b"LOCL" if stratum == 1 else bytes(4)) + stamp * 4


# Web and TLS (RFC 9112, RFC 7617, RFC 8446)

def client_hello(server_name, random):
    """The first message of a TLS connection: whom the client wants to reach stands in clear text."""
    name = server_name.encode()
    extensions = struct.pack("!HHHBH", 0, len(name) + 5, len(name) + 3, 0, len(name)) + name if name else b""
    extensions += struct.pack("!HHBHH", 43, 5, 4, 0x0304, 0x0303) + struct.pack("!HHHHH", 10, 6, 4, 0x001D, 0x0017)
    extensions += struct.pack("!HHHHHH", 13, 8, 6, 0x0403, 0x0804, 0x0401)
    extensions += struct.pack("!HHHHH", 51, 38, 36, 0x001D, 32) + random.randbytes(32)
    suites = struct.pack("!5H", 0x1301, 0x1302, 0xC02B, 0xC02F, 0xC030)
    body = b"\3\3" + random.randbytes(32) + b"\x20" + random.randbytes(32) + struct.pack("!H", len(suites)) + suites + b"\1\0"
    body += struct.pack("!H", len(extensions)) + extensions
    return _record(22, b"\1" + len(body).to_bytes(3, "big") + body, 0x0301)


def server_hello(random):
    """The server agrees to TLS 1.3; from here on everything is encrypted."""
    extensions = struct.pack("!HHH", 43, 2, 0x0304) + struct.pack("!HHHH", 51, 36, 0x001D, 32) + random.randbytes(32)
    body = b"\3\3" + random.randbytes(32) + b"\x20" + random.randbytes(32) + struct.pack("!HB", 0x1301, 0)
    body += struct.pack("!H", len(extensions)) + extensions
    return _record(22, b"\2" + len(body).to_bytes(3, "big") + body) + _record(20, b"\1") + encrypted(random, 900)


def encrypted(random, length):
    """Application data of TLS."""
    return _record(23, random.randbytes(length))


def _record(kind, body, version=0x0303):
    return struct.pack("!BHH", kind, version, len(body)) + body


def tls(server_name, random, sizes=((180, 620), (90, 240))):
    """A TLS conversation: hello, hello, then questions and answers of these sizes."""
    yield 0, client_hello(server_name, random)
    yield 1, server_hello(random)
    yield 0, _record(20, b"\1") + encrypted(random, 53)
    for asked, answered in sizes:
        yield 0, encrypted(random, asked)
        yield 1, encrypted(random, answered)


def http_get(host, path, user=None, password=None):
    """A web page is asked for, with name and password where given."""
    lines = [f"GET {path} HTTP/1.1", f"Host: {host}", "User-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64)"]
    if user is not None:
        lines.append("Authorization: Basic " + base64.b64encode(f"{user}:{password}".encode()).decode())
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def http_answer(status, body, extra=()):
    """The page, or a refusal."""
    lines = [f"HTTP/1.1 {status}", *extra, "Content-Type: text/html", f"Content-Length: {len(body)}"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


# SNMP (RFC 3416), RDP ([MS-RDPBCGR] 2.2.1), SMB 2 and 3 ([MS-SMB2] 2.2), LDAP (RFC 4511)

def _ber(tag, data):
    length = bytes([len(data)]) if len(data) < 128 else bytes([0x82]) + struct.pack("!H", len(data))
    return bytes([tag]) + length + data


def _oid(text):
    numbers = [int(n) for n in text.split(".")]
    out = bytes([numbers[0] * 40 + numbers[1]])
    for number in numbers[2:]:
        septets = [number & 127]
        while number := number >> 7:
            septets.insert(0, number & 127 | 128)
        out += bytes(septets)
    return _ber(6, out)


def snmp(kind, community, number, values):
    """Version 2c: a question (0xa0), its answer (0xa2), for pairs of object and value (text, number or none)."""
    def value(v):
        if v is None:
            return b"\5\0"
        return _ber(4, v.encode()) if isinstance(v, str) else _ber(0x41, v.to_bytes(5, "big"))
    pairs = b"".join(_ber(0x30, _oid(oid) + value(v)) for oid, v in values)
    pdu = _ber(kind, _ber(2, struct.pack("!I", number)) + _ber(2, b"\0") + _ber(2, b"\0") + _ber(0x30, pairs))
    return _ber(0x30, _ber(2, b"\1") + _ber(4, community.encode()) + pdu)


def rdp(user, random, rounds):
    """A remote screen: the connection is asked for in clear text, then wrapped in TLS."""
    cookie = f"Cookie: mstshash={user}\r\n".encode() + struct.pack("<BBHI", 1, 0, 8, 3)
    asked = struct.pack("!BBHHB", 6 + len(cookie), 0xE0, 0, 0, 0) + cookie
    agreed = struct.pack("!BBHHB", 14, 0xD0, 0, 0x1234, 0) + struct.pack("<BBHI", 2, 0x1F, 8, 2)
    yield 0, struct.pack("!BBH", 3, 0, 4 + len(asked)) + asked
    yield 1, struct.pack("!BBH", 3, 0, 4 + len(agreed)) + agreed
    yield from tls("", random, [(random.randrange(60, 140), random.randrange(300, 1200)) for _ in range(rounds)])


def smb(random, rounds):
    """File sharing in version 3.1.1: the dialect is agreed in clear text, the rest is encrypted."""
    def header(command, flags, message, session=0):
        return struct.pack("<4sHHIHHIIQIIQ16s", b"\xfeSMB", 64, 1, 0, command, 31, flags, 0, message, 0xFEFF, 0, session, b"")

    def framed(data):
        return struct.pack("!I", len(data)) + data
    dialects = struct.pack("<5H", 0x0202, 0x0210, 0x0300, 0x0302, 0x0311)
    preauth = struct.pack("<HHI", 1, 38, 0) + struct.pack("<HHH", 1, 32, 1) + random.randbytes(32)
    negotiate = struct.pack("<HHHHI16sIHH", 36, 5, 1, 0, 0x7F, random.randbytes(16), 112, 1, 0) + dialects
    yield 0, framed(header(0, 0, 0) + negotiate.ljust(48, b"\0") + preauth)
    kerberos = b"\6\x09\x2a\x86\x48\x86\xf7\x12\1\2\2"
    token = _ber(0x60, b"\6\6\x2b\6\1\5\5\2" + _ber(0xA0, _ber(0x30, _ber(0xA0, _ber(0x30, kerberos)))))
    agreed = struct.pack("<HHHH16sIIIIQQHHI", 65, 1, 0x0311, 1, random.randbytes(16), 0x2F, 8 << 20, 8 << 20, 8 << 20,
                         0, 0, 128, len(token), 128 + len(token) + -len(token) % 8) + token
    agreed += bytes(-len(token) % 8) + preauth
    yield 1, framed(header(0, 1, 0) + agreed)
    session = random.getrandbits(48)
    for _ in range(rounds):
        for side, length in ((0, random.randrange(100, 260)), (1, random.randrange(120, 1100))):
            sealed = struct.pack("<4s16s16sIHHQ", b"\xfdSMB", random.randbytes(16), random.randbytes(16), length, 0, 1, session)
            yield side, framed(sealed + random.randbytes(length))


def sql(random, rounds):
    """A database client and server agree on encryption, then speak encrypted ([MS-TDS] 2.2.6.5, version 8.0 of the server)."""
    def prelogin(kind, version):
        options = struct.pack("!BHH", 0, 11, 6) + struct.pack("!BHH", 1, 17, 1) + b"\xff" + version + b"\1"
        return struct.pack("!BBHHBB", kind, 1, 8 + len(options), 0, 1 if kind == 4 else 0, 0) + options
    yield 0, prelogin(0x12, struct.pack("!IH", 0x0B000000, 0))
    yield 1, prelogin(4, struct.pack("!IH", 0x0F0007D0, 0))
    for side, data in tls("", random, [(random.randrange(120, 260), random.randrange(300, 1100)) for _ in range(rounds)]):
        hello = data[0] != 23
        yield side, struct.pack("!BBHHBB", 0x12, 1, 8 + len(data), 0, 0, 0) + data if hello else data


def ldap_root(number, domain):
    """A client asks a directory what it is, and is told the domain."""
    nothing = _ber(4, b"")
    search = nothing + _ber(10, b"\0") + _ber(10, b"\0") + _ber(2, b"\0") + _ber(2, b"\0") + _ber(1, b"\0")
    search += _ber(0x87, b"objectClass") + _ber(0x30, _ber(4, b"defaultNamingContext"))
    yield 0, _ber(0x30, _ber(2, bytes([number])) + _ber(0x63, search))
    context = ",".join(f"DC={part}" for part in domain.split("."))
    entry = nothing + _ber(0x30, _ber(0x30, _ber(4, b"defaultNamingContext") + _ber(0x31, _ber(4, context.encode()))))
    done = _ber(0x65, _ber(10, b"\0") + nothing + nothing)
    yield 1, _ber(0x30, _ber(2, bytes([number])) + _ber(0x64, entry)) + _ber(0x30, _ber(2, bytes([number])) + done)


# EtherNet/IP and Modbus devices that no stack of the registries plays (CIP volume 2, 2-4.3; Modbus 6.21)

def list_identity():
    """Which devices are there?"""
    return struct.pack("<HHII8sI", 0x63, 0, 0, 0, b"ask all\0", 0)


def identity_answer(ip, vendor, kind, code, revision, serial, name):
    """A device says what it is."""
    text = name.encode()
    item = struct.pack("<H", 1) + struct.pack("!HH4s8s", 2, 44818, _ip(ip), b"")
    item += struct.pack("<HHHBBHI", vendor, kind, code, *revision, 0x30, serial)
    item += bytes([len(text)]) + text + b"\3"
    body = struct.pack("<HHH", 1, 0x0C, len(item)) + item
    return struct.pack("<HHII8sI", 0x63, len(body), 0, 0, b"ask all\0", 0) + body


def modbus_identity(unit, maker, product, version, more=()):
    """A pair of question (43/14, regular) and answer."""
    objects = [maker, product, version, *more]
    body = bytes([unit, 43, 14, 2, 0x82, 0, 0, len(objects)])
    for number, text in enumerate(objects):
        body += bytes([number, len(text)]) + text.encode()
    return (struct.pack("!HHHBBBBB", 0, 0, 5, unit, 43, 14, 2, 0), struct.pack("!HHH", 0, 0, len(body)) + body)
