"""Makes capture.pcap: thirty minutes of a bottling plant. The story, the hosts and what must be found are in README.md.

    python3 plants/filling-line/make.py
"""
import pathlib
import struct
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import messages as m  # noqa: E402
import recorded  # noqa: E402
from recorded import Iec104, Modbus, S7, pairs  # noqa: E402
from wire import EVERYBODY, MILLISECOND, SECOND, Host, Mirror, Tcp  # noqa: E402

# Wednesday, 4 March 2026, 09:30 UTC: the early shift fills half-litre bottles.
START = 1_772_616_600 * SECOND
MINUTES = 30
END = START + (MINUTES * 60 + 5) * SECOND
DOMAIN = "fill.example"

FIREWALL = Host("fw-core", "00:09:0f:31:07:02", "10.30.0.1", 30, ttl=64)
# The firewall's address in each VLAN; it has one hardware address for all.
GATEWAYS = {vlan: Host(f"fw-core-{vlan}", FIREWALL.mac, ip, vlan, ttl=64) for vlan, ip in
            ((10, "10.10.1.1"), (20, "10.20.1.1"), (30, "10.30.0.1"), (35, "10.35.0.1"), (40, "10.40.0.1"), (50, "10.50.1.1"))}

# Office
DC = Host("DC01", "00:50:56:9a:40:0a", "10.40.0.10", 40)
FILES = Host("FS01", "00:50:56:9a:40:0b", "10.40.0.11", 40)
WS07 = Host("WS-07", "f8:db:88:4c:21:07", "10.40.0.107", 40)
WS12 = Host("WS-12", "3c:52:82:6e:90:12", "10.40.0.112", 40)
WS15 = Host("WS-15", "f8:db:88:4c:35:15", "10.40.0.115", 40)
OFFICE = (WS07, WS12, WS15)
# Industrial DMZ
JUMP = Host("JUMP01", "00:50:56:9a:35:0a", "10.35.0.10", 35)
RELAY = Host("RELAY01", "00:50:56:9a:35:14", "10.35.0.20", 35)
# Site operations
MES = Host("MES01", "00:50:56:9a:30:04", "10.30.0.4", 30)
HISTORIAN = Host("HIST01", "3c:52:82:0b:30:10", "10.30.0.10", 30)
SCADA = Host("SCADA01", "f8:db:88:77:30:20", "10.30.0.20", 30)
EWS = Host("EWS01", "f8:db:88:77:30:30", "10.30.0.30", 30)
# Cell 1: filler
FILLER = Host("filler-plc", "00:1b:1b:2e:10:0a", "10.10.1.10", 10, ttl=30)
PANEL1 = Host("filler-hmi", "28:63:36:8a:10:14", "10.10.1.20", 10)
ET200 = Host("filler-io-1", "ac:64:17:5d:10:1f", "10.10.1.31", 10, ttl=30)
VALVES = Host("filler-valves", "00:0e:f0:3c:10:20", "10.10.1.32", 10, ttl=64)
CAPPER = Host("capper-drive", "00:1f:f8:47:10:21", "10.10.1.33", 10, ttl=64)
SWITCH = Host("sw-cell1", "00:0e:8c:b1:10:02", "10.10.1.2", 10, ttl=64)
# Cell 2: packer
PACKER = Host("packer-plc", "00:1d:9c:c4:20:0a", "10.20.1.10", 20, ttl=64)
PANEL2 = Host("packer-hmi", "00:00:bc:5e:20:14", "10.20.1.20", 20, ttl=64)
CONVEYOR = Host("conveyor-drive", "00:1d:9c:d2:20:1f", "10.20.1.31", 20, ttl=64)
LABELLER = Host("labeller-plc", "00:01:05:3f:20:04", "10.20.1.4", 20)
# Utilities
METERS = Host("meter-gateway", "00:80:f4:19:50:0a", "10.50.1.10", 50, ttl=64)
RTU = Host("water-rtu", "00:30:de:42:50:14", "10.50.1.20", 50, ttl=64)
# The Internet
ANYDESK = Host("relay", "", "195.181.174.173", ttl=52)
UPDATES = Host("updates", "", "13.107.4.50", ttl=116)
MAIL = Host("mail", "", "52.97.183.162", ttl=112)
CLOUD = Host("cloud", "", "20.50.80.210", ttl=110)

LOCAL = {10: (FILLER, PANEL1, ET200, VALVES, CAPPER, SWITCH), 20: (PACKER, PANEL2, CONVEYOR, LABELLER),
         30: (MES, HISTORIAN, SCADA, EWS), 35: (JUMP, RELAY), 40: (DC, FILES, *OFFICE), 50: (METERS, RTU)}

# The mirror prefers what it sees deepest in the plant: a routed frame is seen behind the firewall.
mirror = Mirror(20260304, FIREWALL, (10, 20, 50, 30, 35, 40))
chance = mirror.random


def minute(number):
    """A moment of the story."""
    return START + int(number * 60 * SECOND)


def every(seconds, first=0.0, last=None, jitter=0.02):
    """Moments in a cycle that wavers a little."""
    at = START + int(first * SECOND)
    while at < (last or END) - 2 * SECOND:
        yield at + int(chance.uniform(0, jitter) * seconds * SECOND)
        at += int(seconds * SECOND)


def neighbours():
    """Hosts look for each other's hardware address, and keep it for some minutes."""
    for vlan, hosts in LOCAL.items():
        gateway = GATEWAYS[vlan]
        for host in hosts:
            for at in every(420, chance.uniform(0.2, 60)):
                mirror.arp(at, host, gateway.ip, gateway)
            for at in every(600, chance.uniform(0.2, 90)):
                mirror.arp(at, gateway, host.ip, host)
    for at in every(300, 4):
        mirror.arp(at, PANEL1, FILLER.ip, FILLER)
        mirror.arp(at + SECOND, PANEL2, PACKER.ip, PACKER)
        mirror.arp(at + 2 * SECOND, PACKER, CONVEYOR.ip, CONVEYOR)


def names_and_time():
    """Office and servers ask for names and time; a client gets its address again."""
    records = {"dc01": DC, "fs01": FILES, "hist01": HISTORIAN, "jump01": JUMP, "relay01": RELAY, "mes01": MES,
               "scada01": SCADA, "ews01": EWS, "meter-gateway": METERS, "packer-plc": PACKER,
               "packer-hmi": PANEL2, "conveyor-drive": CONVEYOR, "labeller-plc": LABELLER, "water-rtu": RTU}

    def look_up(at, host, name, address):
        number = chance.getrandbits(16)
        mirror.ask(at, host, DC, 53, m.dns(number, name), m.dns(number, name, address))
    for host in (*OFFICE, FILES, RELAY, JUMP):
        for at in every(380, chance.uniform(5, 200), jitter=0.4):
            name = chance.choice(("dc01", "fs01"))
            look_up(at, host, f"{name}.{DOMAIN}", records[name].ip)
        mirror.ask(minute(chance.uniform(1, 25)), host, DC, 123, m.ntp(3, START, 0), m.ntp(4, START, 3), source_port=123)
    for host, name, at in ((WS15, "jump01", 11.9), (RELAY, "mes01", 0.5), (WS12, "hist01", 16.9), (WS12, "relay01", 3.9),
                           (JUMP, "ews01", 12.4), (WS07, "meter-gateway", 13.95),
                           (EWS, "packer-plc", 12.9), (EWS, "packer-hmi", 12.95), (EWS, "conveyor-drive", 13.0),
                           (MES, "labeller-plc", 0.3), (SCADA, "water-rtu", 23.9)):
        look_up(minute(at), host, f"{name}.{DOMAIN}", records[name].ip)
    for host, name, address, at in ((WS07, "outlook.office365.com", MAIL.ip, 2.0), (WS12, "outlook.office365.com", MAIL.ip, 6.2),
                                    (FILES, "download.windowsupdate.com", UPDATES.ip, 9.0)):
        look_up(minute(at), host, name, address)
    for host in (SCADA, HISTORIAN, EWS, MES):
        for at in every(512, chance.uniform(3, 300)):
            mirror.ask(at, host, GATEWAYS[30], 123, m.ntp(3, at, 0), m.ntp(4, at, 2), source_port=123)
    for host in (*OFFICE, DC, FILES, JUMP, RELAY, MES, SCADA, HISTORIAN, EWS):
        group = Host("group", EVERYBODY.mac, host.ip.rsplit(".", 1)[0] + ".255", host.vlan)
        said = m.netbios_registration(chance.getrandbits(16), host.name, host.ip)
        mirror.udp(minute(chance.uniform(0.5, 20)), host, 137, group, 137, said)
    for host, at in ((WS12, 3.2), (WS07, 15.6), (WS15, 21.0)):
        number = chance.getrandbits(32)
        asked, given = m.dhcp(3, number, host.mac, host.name, host.ip), m.dhcp(5, number, host.mac, ip=host.ip, server=DC.ip)
        mirror.ask(minute(at), host, DC, 67, asked, given, 68)


def office():
    """Log-in, files, mail: what an office does."""
    for host in OFFICE:
        for at in every(540, chance.uniform(20, 120), jitter=0.3):
            Tcp(mirror, at, host, DC, 389).exchange(m.ldap_root(1, DOMAIN)).close()
        for at in every(330, chance.uniform(30, 200), jitter=0.3):
            Tcp(mirror, at, host, FILES, 445).exchange(m.smb(chance, 5)).close()
        for at in every(400, chance.uniform(60, 300), jitter=0.3):
            Tcp(mirror, at, host, MAIL, 443).exchange(m.tls("outlook.office365.com", chance)).close()
    for host, at in [(WS12, at) for at in every(700, 100)] + [(WS07, minute(4.4)), (WS15, minute(18.6))]:
        Tcp(mirror, at, host, RELAY, 443).exchange(m.tls(f"relay01.{DOMAIN}", chance, [(160, 1300)] * 3)).close()
    # Updates come down step by step: Internet, office, DMZ, plant.
    for host, server, name, at in ((FILES, UPDATES, "download.windowsupdate.com", 9.1), (RELAY, FILES, f"fs01.{DOMAIN}", 10.2),
                                   (SCADA, RELAY, f"relay01.{DOMAIN}", 11.3), (HISTORIAN, RELAY, f"relay01.{DOMAIN}", 25.6)):
        Tcp(mirror, minute(at), host, server, 443).exchange(m.tls(name, chance, [(140, 1400)] * 4)).close()


def cell_1():
    """The filler: a S7-300 with its PROFINET devices, its panel, its switch."""
    parts = pairs(recorded.messages("s7comm/reads"))
    writes = pairs(recorded.messages("s7comm/writes"))
    opening, values = parts[:2], [parts[2], parts[3], parts[8]]
    # The panel shows levels and speeds, and now and then the operator changes a set point.
    panel, job = Tcp(mirror, START + SECOND, PANEL1, FILLER, 102), S7()
    for pair in opening:
        panel.exchange(enumerate(pair))
    changes = {int(minute(at)): pair for at, pair in ((5.5, writes[2]), (17.2, writes[3]), (23.7, writes[2]))}
    for round_, at in enumerate(every(5, 2)):
        panel.until(at).exchange(job(values[round_ % 3]))
        for moment in [moment for moment in changes if moment < at]:
            panel.exchange(job(changes.pop(moment)))
    station(SCADA, 15, 5, opening, values[:2])
    station(HISTORIAN, 60, 40, opening, values[:1])
    profinet()
    network(SWITCH, FILLER)


def station(host, seconds, first, opening, values):
    """A station of site operations reads the filler."""
    session, job = Tcp(mirror, START + int((first - 2) * SECOND), host, FILLER, 102), S7()
    for pair in opening:
        session.exchange(enumerate(pair))
    for at in every(seconds, first):
        for pair in values:
            session.until(at).exchange(job(pair))


# The time in which the engineering station had stopped the filler.
STOPPED = (minute(8.55), minute(9.35))


def profinet():
    """Cyclic data of the filler with its three devices (thinned: one frame in 6 s of those sent every 8 ms), and their names."""
    devices = ((ET200, 0x8000, b"\x80\x12\x80\x01\x80"),
               (VALVES, 0x8001, b"\x80\x3f\x00\x80"),
               (CAPPER, 0x8002, b"\x80\x04\x7f\x05\xdc\x80"))
    for device, frame, data in devices:
        for at in every(6, chance.uniform(0.1, 5), jitter=0.001):
            cycle = at * 32 // 1000
            running = not STOPPED[0] < at < STOPPED[1]
            counted = data + bytes([at // SECOND & 0xFF])
            outputs, inputs = m.real_time(frame, counted, cycle, running), m.real_time(frame + 0x80, counted, cycle + 64)
            mirror.put(at, 10, device.mac_bytes, FILLER.mac_bytes, m.PROFINET, outputs, 6)
            mirror.put(at + 2 * MILLISECOND, 10, FILLER.mac_bytes, device.mac_bytes, m.PROFINET, inputs, 6)
    # The controller looks for its devices after every start, the engineering station's tool once through the panel's port.
    stated = ((FILLER, "S7-300", 0x2A, 0x0101, 2), (ET200, "ET 200SP", 0x2A, 0x0313, 1), (VALVES, "CPX-AP-I", 0x014D, 0x0206, 1),
              (CAPPER, "SINAMICS G120", 0x2A, 0x0501, 1), (PANEL1, "SIMATIC HMI", 0x2A, 0x0602, 0))
    for moment, asker in ((minute(0.15), FILLER), (minute(9.4), FILLER), (minute(20.3), PANEL1)):
        number = chance.getrandbits(32)
        mirror.put(moment, 10, m.DCP_GROUP, asker.mac_bytes, m.PROFINET, m.dcp_identify_all(number))
        for delay, (device, kind, vendor, code, role) in enumerate(stated, 1):
            if device is not asker:
                answer = m.dcp_identify_answer(number, device.name, kind, vendor, code, role, device.ip)
                mirror.put(moment + delay * 700, 10, asker.mac_bytes, device.mac_bytes, m.PROFINET, answer)


def network(switch, neighbour):
    """The switch of the cell presents itself; SCADA asks it how it is, with the community string that everybody knows."""
    about = "Siemens, SIMATIC NET, SCALANCE XB208, 6GK5 208-0BA00-2AB2, HW: Version 3, FW: Version V04.03.00, SVPL6147718"
    for at in every(30, 3):
        said = m.lldp(switch.name, "port-001", switch.name, about, switch.ip, bridge=True)
        mirror.put(at, 0, m.LLDP_GROUP, switch.mac_bytes, m.LLDP, said)
        stated = "Siemens, SIMATIC S7, CPU 315-2 PN/DP, 6ES7 315-2EH14-0AB0, HW: 5, FW: V3.2.6"
        said = m.lldp(neighbour.name, "port-001", neighbour.name, stated, neighbour.ip)
        mirror.put(at + 40 * MILLISECOND, 0, m.LLDP_GROUP, neighbour.mac_bytes, m.LLDP, said)
    for at in every(20, 1):
        frame = m.spanning_tree(switch.mac)
        mirror.put(at, 0, m.BRIDGES, switch.mac_bytes, len(frame), frame)
    system = "1.3.6.1.2.1.1."
    asked = [(system + "1.0", None), (system + "5.0", None), (system + "6.0", None), ("1.3.6.1.2.1.2.2.1.10.1", None)]
    for round_, at in enumerate(every(120, 12)):
        told = [(system + "1.0", about), (system + "5.0", switch.name), (system + "6.0", "Filling hall, cabinet 1"),
                ("1.3.6.1.2.1.2.2.1.10.1", 81_220_417 + round_ * 2_911_402)]
        number = 7_400 + round_
        mirror.ask(at, SCADA, switch, 161, m.snmp(0xA0, "public", number, asked), m.snmp(0xA2, "public", number, told))


def cell_2():
    """The packer: a Logix controller with its drive and panel, and a labeller that speaks OPC UA."""
    parts = pairs(recorded.messages("enip/tags"))
    for host, seconds, first, values in ((PANEL2, 5, 2, parts[1:3]), (SCADA, 15, 6, parts[1:3]), (HISTORIAN, 60, 42, parts[1:2])):
        session = Tcp(mirror, START + int((first - 1) * SECOND), host, PACKER, 44818)
        session.exchange(enumerate(parts[0]))
        for round_, at in enumerate(every(seconds, first)):
            session.until(at).exchange(enumerate(values[round_ % len(values)]))
            if host is PANEL2 and round_ in (70, 200):
                session.exchange(enumerate(parts[4]))
    drive()
    names = [(b"10.0.3.11", LABELLER.ip.encode()), (b"Filler 1 OPC UA Server", b"Labeller OPC UA Server"),
             (b"urn:example:filler", b"urn:bottling:label"), (b"/filler", b"/labels"), (b"urn:example:scada", b"urn:bottling:mes1"),
             (b"scada client", b"MES client 1"), (b"urn:freeopcua.github.io:client", b"urn:bottling:mes1:oee-reader-1"),
             (b"urn:freeopcua.github.io:python:server", b"urn:bottling:labeller-1:opc-ua-server")]
    for round_, at in enumerate(every(240, 20)):
        case = "opcua/subscription" if round_ else "opcua/identity"
        Tcp(mirror, at, MES, LABELLER, 4840).exchange(recorded.messages(case, names)).close()


def drive():
    """Cyclic data of packer and conveyor drive over UDP, after the connection was opened (thinned: one frame in 4 s)."""
    opening = recorded.messages("enip/cyclic_io")
    Tcp(mirror, START + SECOND, PACKER, CONVEYOR, 44818).exchange(opening[:4])
    sent = recorded.datagrams("enip/cyclic_io")
    caller = sent[0][0]
    outputs = [d for d in sent if d[0] == caller]
    inputs = [d for d in sent if d[0] != caller]
    for count, at in enumerate(every(4, 2), 1):
        for source, target, (_, _, _, data), delay in ((PACKER, CONVEYOR, outputs[count % len(outputs)], 0),
                                                       (CONVEYOR, PACKER, inputs[count % len(inputs)], 3 * MILLISECOND)):
            data = data[:10] + struct.pack("<I", count) + data[14:18] + struct.pack("<H", count & 0xFFFF) + data[20:]
            mirror.udp(at + delay, source, 2222, target, 2222, data)


def utilities():
    """Energy meters behind a Modbus gateway, and the telecontrol unit of the well."""
    modbus = Modbus()
    reads = pairs(recorded.messages("modbus/reads"))
    session = Tcp(mirror, START + 3 * SECOND, SCADA, METERS, 502)
    for at in every(30, 4):
        for unit in range(1, 7):
            session.until(at).exchange(modbus(reads[2], unit))
    session = Tcp(mirror, START + 20 * SECOND, HISTORIAN, METERS, 502)
    for at in every(150, 25):
        for unit in range(1, 7):
            session.until(at).exchange(modbus(reads[2], unit))
    count = Iec104()
    recording = recorded.messages("iec104/interrogation")
    told = recorded.messages("iec104/spontaneous")
    measured = next(part for part in told if part[0] == 1 and part[1][2] & 1 == 0)
    confirm = next(part for part in recording if part[0] == 0 and part[1][2] & 3 == 1)
    session = Tcp(mirror, START + 2 * SECOND, SCADA, RTU, 2404)
    session.exchange(recording[:2])
    interrogation = [part for part in recording[2:] if part[1][2] & 3 != 1]
    for round_, at in enumerate(every(20, 4)):
        session.until(at)
        if round_ % 45 == 0:
            session.exchange(count([part for part in interrogation]))
        session.exchange(count([measured, confirm]))


def mes():
    """Production data: the relay in the DMZ fetches them from MES, encrypted, and the office reads them there."""
    names = [(b"10.0.3.11", MES.ip.encode()), (b"Filler 1 OPC UA Server", b"Line MES OPC UA Server"),
             (b"urn:example:filler", b"urn:bottling:mes-1"), (b"/filler", b"/report"),
             (b"urn:freeopcua.github.io:python:server", b"urn:bottling:mes1:production-opc-ua-1")]
    for at in every(420, 50):
        Tcp(mirror, at, RELAY, MES, 4840).exchange(recorded.messages("opcua/encrypted", names)).close()
    # The panels show the orders of the day from a page of MES.
    for panel, first in ((PANEL1, 33), (PANEL2, 57)):
        for at in every(450, first):
            Tcp(mirror, at, panel, MES, 443).exchange(m.tls(f"mes01.{DOMAIN}", chance, [(150, 900)])).close()
    for at in every(300, 70):
        Tcp(mirror, at, MES, HISTORIAN, 1433).exchange(m.sql(chance, 2)).close()


def events():
    """What happens in this half hour; see README.md."""
    named = [(b"SNAP7-SERVER", b"FILL-LINE-01")]
    # 09:35: the panel's web page, with the password it came with.
    server = "Server: SIMATIC HMI Miniweb"
    text = b"<html><head><title>SIMATIC HMI Miniweb on filler-hmi</title></head>" + b"<p>Recipes</p>" * 30 + b"</html>"
    page = m.http_answer("200 OK", text, [server])
    refused = m.http_answer("401 Unauthorized", b"", [server, 'WWW-Authenticate: Basic realm="filler-hmi"'])
    web = Tcp(mirror, minute(5.1), EWS, PANEL1, 80, both=True)
    web.exchange([(0, m.http_get(PANEL1.ip, "/")), (1, refused), (0, m.http_get(PANEL1.ip, "/", "admin", "admin")), (1, page)])
    web.until(minute(5.3)).exchange([(0, m.http_get(PANEL1.ip, "/recipes.html", "admin", "admin")), (1, page)]).close()
    # 09:38: a program block is loaded; the filler is stopped for it and started again.
    for at, case in ((7.8, "identity"), (8.1, "download"), (8.5, "stop_start")):
        parts = recorded.messages(f"s7comm/{case}", named)
        session = Tcp(mirror, minute(at), EWS, FILLER, 102, both=True)
        if case == "stop_start":
            # Up to the hot start; the cold start of the recording is left out.
            session.exchange(parts[:8]).until(STOPPED[1]).exchange(parts[8:12]).close()
        else:
            session.exchange(parts).close()
    # 09:42: a technician comes the right way, over the jump host.
    Tcp(mirror, minute(12.0), WS15, JUMP, 3389).exchange(m.rdp("fill\\mhuber", chance, 25), pause=400 * MILLISECOND).close()
    Tcp(mirror, minute(12.5), JUMP, EWS, 3389).exchange(m.rdp("ews01\\service", chance, 20), pause=400 * MILLISECOND).close()
    connected = recorded.messages("enip/connected")
    Tcp(mirror, minute(13.2), EWS, PACKER, 44818, both=True).exchange(connected).close()
    for device, kind, code, revision, serial, name in ((CONVEYOR, 2, 9, (7, 1), 0x4A13C207, "PowerFlex 525 2P 400V 2.0HP"),
                                                       (PANEL2, 24, 92, (12, 11), 0x60A1F3B2, "PanelView Plus 7 Standard 1000")):
        answer = m.identity_answer(device.ip, 1, kind, code, revision, serial, name)
        mirror.ask(minute(13.1), EWS, device, 44818, m.list_identity(), answer)
    # 09:44: an office client looks at the energy meters and changes set points in the gateway.
    modbus, writes = Modbus(), pairs(recorded.messages("modbus/writes"))
    reads = pairs(recorded.messages("modbus/reads"))
    session = Tcp(mirror, minute(14.0), WS07, METERS, 502)
    session.exchange(modbus(m.modbus_identity(1, "Schneider Electric", "EGX150", "v4.2.1"), 255))
    for unit in range(1, 7):
        session.exchange(modbus(reads[2], unit), pause=300 * MILLISECOND)
    for pair, unit, at in ((writes[1], 3, 14.6), (writes[3], 3, 14.8), (writes[1], 4, 15.3)):
        session.until(minute(at)).exchange(modbus(pair, unit))
    session.close()
    # 09:47: an office client takes a report directly from the historian, past the DMZ.
    Tcp(mirror, minute(17.0), WS12, HISTORIAN, 443).exchange(m.tls(f"hist01.{DOMAIN}", chance, [(200, 1400)] * 8)).close()
    # 09:50: a remote maintenance tool on the engineering station calls its relay on the Internet.
    number = chance.getrandbits(16)
    relay = "relay-3185aa5e.net.anydesk.com"
    mirror.ask(minute(19.95), EWS, DC, 53, m.dns(number, relay), m.dns(number, relay, ANYDESK.ip))
    screen = m.tls(relay, chance, [(chance.randrange(60, 300), chance.randrange(200, 1300)) for _ in range(30)])
    Tcp(mirror, minute(20.0), EWS, ANYDESK, 443).exchange(screen, pause=2 * SECOND).close()
    # 09:54: SCADA opens the valve of the well; that is its work.
    told = recorded.messages("iec104/commands")
    count = Iec104()
    Tcp(mirror, minute(24.0), SCADA, RTU, 2404).exchange(count(told), pause=30 * MILLISECOND).close()


def main():
    neighbours()
    names_and_time()
    office()
    cell_1()
    cell_2()
    utilities()
    mes()
    events()
    mirror.show_twice(10, 0.01)
    mirror.write(HERE / "capture.pcap", END)
    print(f"{len(mirror.frames)} frames, {(HERE / 'capture.pcap').stat().st_size} bytes")


if __name__ == "__main__":
    main()
