"""Who is who on the link: ARP, IPv6 neighbour discovery, LLDP, CDP, DHCP, DNS, multicast DNS, LLMNR, NetBIOS names.

Scapy writes the messages from its own tables of these protocols; the frames around them come from frames.py. Nothing
runs here, so no root is needed.
"""
import logging

import frames
import mutate
from lab import CISCO, DELL, HIRSCHMANN, HP, LENOVO, SIEMENS, TESTS

logging.getLogger("scapy").setLevel(logging.ERROR)

START_NS = 1_750_000_000 * 10**9
BROADCAST = b"\xff" * 6


def end(mac, address="0.0.0.0", port=0):
    return frames.End(frames.mac(mac), frames.ip(address), port)


def group(address, port):
    """Everybody who listens to an IPv4 multicast group, or to all when it is the broadcast address."""
    octets = frames.ip(address)
    mac = BROADCAST if octets[0] == 255 or octets[3] == 255 else b"\x01\x00\x5e" + bytes([octets[1] & 0x7F]) + octets[2:]
    return frames.End(mac, octets, port)


PLC, SWITCH, ROUTER = SIEMENS % 0x11, HIRSCHMANN % 0x02, CISCO % 0x01
HMI, STATION, SERVER = DELL % 0x20, HP % 0x21, LENOVO % 0x30


class Case:
    """Frames of one capture, a millisecond apart."""

    def __init__(self, protocol, name):
        self.folder, self.name, self.packets = TESTS / protocol, name, []
        self.folder.mkdir(parents=True, exist_ok=True)

    def add(self, frame):
        self.packets.append(frames.Packet(START_NS + len(self.packets) * 10**6, bytes(frame)))

    def udp(self, source, target, payload):
        self.add(frames.udp(source, target, bytes(payload)))

    def both(self, a, b, *payloads):
        """Question and answer in turn."""
        for number, payload in enumerate(payloads):
            self.udp(*((a, b) if number % 2 == 0 else (b, a)), payload)

    def session(self, client, server, *said):
        """A TCP session: (side, bytes) each; side 0 is the client."""
        start = self.packets[-1].time_ns + 10**6 if self.packets else START_NS
        session = frames.Session(client, server, start, seed=len(self.packets) + 1)
        for side, payload in said:
            session.say(side, payload)
        session.close()
        self.packets += session.packets

    def write(self):
        frames.write(self.folder / f"{self.name}.pcap", self.packets)
        print(f"{self.folder.name}/{self.name}.pcap: {len(self.packets)} frames")

    def mutated(self, fields, header, message=0, keep=None, extras=()):
        """Writes the case, and what is cut short and hostile of it."""
        self.write()
        mutate.cut_short(self.folder, self.name, message, keep)
        mutate.hostile(self.folder, self.name, fields, header, extras=extras)


def ether(source, target, kind, payload):
    return frames.ethernet(end(source), frames.End(frames.mac(target) if isinstance(target, str) else target), kind, bytes(payload))


def arp():
    from scapy.layers.l2 import ARP
    case = Case("arp", "ask_and_announce")
    ask = dict(hwsrc=HMI, psrc="10.0.3.20", hwdst="00:00:00:00:00:00")
    case.add(ether(HMI, BROADCAST, 0x0806, ARP(op=1, pdst="10.0.3.11", **ask)))
    case.add(ether(PLC, HMI, 0x0806, ARP(op=2, hwsrc=PLC, psrc="10.0.3.11", hwdst=HMI, pdst="10.0.3.20")))
    # A probe asks without an address of its own; an announcement asks for itself (RFC 5227).
    case.add(ether(STATION, BROADCAST, 0x0806, ARP(op=1, hwsrc=STATION, psrc="0.0.0.0", hwdst="00:00:00:00:00:00", pdst="10.0.3.21")))
    case.add(ether(STATION, BROADCAST, 0x0806, ARP(op=1, hwsrc=STATION, psrc="10.0.3.21", hwdst="00:00:00:00:00:00", pdst="10.0.3.21")))
    case.mutated([mutate.Field(6, 2), mutate.Field(4), mutate.Field(5), mutate.Field(0, 2)], header=8, keep=20)


def icmpv6():
    from scapy.layers import inet6 as v6
    case = Case("icmpv6", "neighbours")
    hmi, plc, router = "fe80::20", "fe80::11", "fe80::1"
    say = lambda source, target, packet: case.add(ether(source, target, 0x86DD, packet))
    ask = v6.ICMPv6ND_NS(tgt=plc) / v6.ICMPv6NDOptSrcLLAddr(lladdr=HMI)
    say(HMI, "33:33:ff:00:00:11", v6.IPv6(src=hmi, dst="ff02::1:ff00:11", hlim=255) / ask)
    answer = v6.ICMPv6ND_NA(tgt=plc, R=0, S=1, O=1) / v6.ICMPv6NDOptDstLLAddr(lladdr=PLC)
    say(PLC, HMI, v6.IPv6(src=plc, dst=hmi, hlim=255) / answer)
    # Duplicate address detection comes from nobody.
    say(STATION, "33:33:ff:00:00:21", v6.IPv6(src="::", dst="ff02::1:ff00:21", hlim=255) / v6.ICMPv6ND_NS(tgt="fe80::21"))
    say(HMI, "33:33:00:00:00:02", v6.IPv6(src=hmi, dst="ff02::2", hlim=255) / v6.ICMPv6ND_RS() / v6.ICMPv6NDOptSrcLLAddr(lladdr=HMI))
    advertisement = v6.ICMPv6ND_RA() / v6.ICMPv6NDOptSrcLLAddr(lladdr=ROUTER) / v6.ICMPv6NDOptPrefixInfo(prefix="2001:db8:3::")
    say(ROUTER, "33:33:00:00:00:01", v6.IPv6(src=router, dst="ff02::1", hlim=255) / advertisement)
    say(HMI, PLC, v6.IPv6(src=hmi, dst=plc) / v6.ICMPv6EchoRequest(id=7, seq=1, data=b"ping"))
    say(PLC, HMI, v6.IPv6(src=plc, dst=hmi) / v6.ICMPv6EchoReply(id=7, seq=1, data=b"ping"))
    case.mutated([mutate.Field(40), mutate.Field(64), mutate.Field(65), mutate.Field(57)], header=44, keep=60)


def lldp():
    from scapy.contrib import lldp as l
    from scapy.layers.l2 import Ether

    def tlv(kind, value):
        return (kind << 9 | len(value)).to_bytes(2, "big") + value

    case = Case("lldp", "switch_and_controller")
    switch = (Ether(dst="01:80:c2:00:00:0e", src=SWITCH) / l.LLDPDUChassisID(subtype=4, id=SWITCH) / l.LLDPDUPortID(subtype=7, id=b"Module1/Port 3") / l.LLDPDUTimeToLive(ttl=120)
              / l.LLDPDUPortDescription(description=b"Line 3") / l.LLDPDUSystemName(system_name=b"SW-CELL-3")
              / l.LLDPDUSystemDescription(description=b"Hirschmann RSP - SW-L2P-09.1.04")
              / l.LLDPDUSystemCapabilities(mac_bridge_available=1, mac_bridge_enabled=1)
              / l.LLDPDUManagementAddress(management_address_subtype=1, management_address=frames.ip("10.0.3.2")) / l.LLDPDUEndOfLLDPDU())
    case.add(switch)
    # A controller as its maker's manual describes it: identification in the description and in the chassis id.
    description = b"Siemens, SIMATIC S7, CPU 1511-1 PN, 6ES7 511-1AK02-0AB0, HW: Version 2, FW: Version V2.8.1, S C-X4AB12345678"
    chassis = b"S7-1500".ljust(25) + b" " + b"6ES7 511-1AK02-0AB0".ljust(20) + b" " + b"S C-X4AB12345678".ljust(16) + b" " + b"    2 V  2  8  1"
    plc = (tlv(1, b"\x07" + chassis) + tlv(2, b"\x07port-001.cpu1511") + tlv(3, b"\0\x14") + tlv(6, description) + tlv(7, b"\0\x84\0\x84")
           + tlv(127, bytes.fromhex("000ecf05") + frames.mac(PLC)) + tlv(8, b"\x05\x01" + frames.ip("10.0.3.11") + b"\x02\0\0\0\1\0") + tlv(0, b""))
    case.add(ether(PLC, "01:80:c2:00:00:0e", 0x88CC, plc))
    # A telephone with its inventory (ANSI/TIA-1057, 10.2.6), and a device that has only its name of station.
    med = lambda subtype, text: tlv(127, bytes.fromhex("0012bb") + bytes([subtype]) + text)
    phone = (tlv(1, b"\x05\x01" + frames.ip("10.0.4.77")) + tlv(2, b"\x03" + frames.mac(HP % 0x77)) + tlv(3, b"\0\x78") + tlv(7, b"\0\x24\0\x20")
             + med(5, b"rev 4") + med(6, b"2.1.0") + med(8, b"SN0077") + med(9, b"Example") + med(10, b"Desk 300") + tlv(0, b""))
    case.add(ether(HP % 0x77, "01:80:c2:00:00:0e", 0x88CC, phone))
    device = tlv(1, b"\x07et200-line3") + tlv(2, b"\x07port-001") + tlv(3, b"\0\x14") + tlv(127, bytes.fromhex("000ecf0200000000")) + tlv(0, b"")
    case.add(ether(SIEMENS % 0x12, "01:80:c2:00:00:0e", 0x88CC, device))
    endless = tlv(1, b"\x04" + frames.mac(SWITCH)) + tlv(9, b"") * 700
    case.mutated([mutate.Field(0, 2), mutate.Field(1), mutate.Field(2), mutate.Field(10)], header=2, keep=30, extras=[(0, endless)])


def cdp():
    from scapy.contrib import cdp as c
    case = Case("cdp", "switch")
    told = c.CDPv2_HDR(msg=[
        c.CDPMsgDeviceID(val=b"SW-OFFICE-1.plant.example"), c.CDPMsgAddr(addr=[c.CDPAddrRecordIPv4(addr="10.0.4.2")]),
        c.CDPMsgPortID(iface=b"FastEthernet0/3"), c.CDPMsgCapabilities(cap=0x28),
        c.CDPMsgSoftwareVersion(val=b"Cisco IOS Software, IE2000 Software (IE2000-UNIVERSALK9-M), Version 15.2(4)EA7, RELEASE SOFTWARE (fc2)"),
        c.CDPMsgPlatform(val=b"cisco IE-2000-8TC"), c.CDPMsgMgmtAddr(addr=[c.CDPAddrRecordIPv4(addr="10.0.4.2")])])
    body = bytes.fromhex("aaaa0300000c2000") + bytes(told)
    case.add(frames.mac("01:00:0c:cc:cc:cc") + frames.mac(CISCO % 2) + len(body).to_bytes(2, "big") + body)
    case.mutated([mutate.Field(12, 2), mutate.Field(14, 2), mutate.Field(45, 2), mutate.Field(47, 2)], header=12, keep=60)


def dhcp():
    from scapy.layers.dhcp import BOOTP, DHCP
    case = Case("dhcp", "four_steps")
    client, server = end(HMI, port=68), end(SERVER, "10.0.4.30", 67)
    everybody = lambda port: group("255.255.255.255", port)

    def boot(kind, *options, op=1, **fields):
        fixed = dict(op=op, htype=1, chaddr=frames.mac(HMI), xid=0x3903F326)
        return BOOTP(**{**fixed, **fields}) / DHCP(options=[("message-type", kind), *options, "end"])

    who = [("hostname", b"HMI-LINE3"), ("vendor_class_id", b"MSFT 5.0"), (81, b"\0\0\0HMI-LINE3.plant.example")]
    case.udp(client, everybody(67), boot("discover", *who))
    offer = [("server_id", "10.0.4.30"), ("router", "10.0.4.1")]
    case.udp(server, everybody(68), boot("offer", *offer, op=2, yiaddr="10.0.4.20"))
    case.udp(client, everybody(67), boot("request", ("requested_addr", "10.0.4.20"), *who))
    case.udp(server, everybody(68), boot("ack", *offer, op=2, yiaddr="10.0.4.20"))
    # Later the client renews by itself, over a relay's address in its own range; then it is told no.
    known = end(HMI, "10.0.4.20", 68)
    case.both(known, server, boot("request", ("vendor_class_id", b"udhcp 1.36.1"), ciaddr="10.0.4.20"), boot("nak", op=2))
    relay = end(ROUTER, "10.0.3.1", 67)
    asked = boot("discover", ("hostname", b"PLC-3"), chaddr=frames.mac(PLC), giaddr="10.0.3.1", xid=9)
    case.both(relay, server, asked, boot("offer", op=2, chaddr=frames.mac(PLC), giaddr="10.0.3.1", yiaddr="10.0.3.11", xid=9))
    case.mutated([mutate.Field(0), mutate.Field(2), mutate.Field(236, 4), mutate.Field(241), mutate.Field(244), mutate.Field(255)], header=240, keep=250)


def dns():
    from scapy.layers.dns import DNS, DNSQR, DNSRR
    case = Case("dns", "names")
    station, server = end(STATION, "10.0.4.21", 53211), end(SERVER, "10.0.4.30", 53)
    ask = lambda name, kind="A", number=1: DNS(id=number, rd=1, qd=DNSQR(qname=name, qtype=kind))
    answer = lambda name, records, kind="A", number=1, **more: DNS(id=number, qr=1, rd=1, ra=1, qd=DNSQR(qname=name, qtype=kind), an=records, **more)
    case.both(station, server, ask("hist.plant.example"), answer("hist.plant.example", [DNSRR(rrname="hist.plant.example", type="A", rdata="10.0.4.40")]),
              ask("www.plant.example", number=2),
              answer("www.plant.example", [DNSRR(rrname="www.plant.example", type="CNAME", rdata="web1.plant.example"),
                                           DNSRR(rrname="web1.plant.example", type="A", rdata="10.0.4.41"),
                                           DNSRR(rrname="web1.plant.example", type="AAAA", rdata="2001:db8:4::41")], number=2),
              ask("11.3.0.10.in-addr.arpa", "PTR", 3),
              answer("11.3.0.10.in-addr.arpa", [DNSRR(rrname="11.3.0.10.in-addr.arpa", type="PTR", rdata="plc-3.plant.example")], "PTR", 3),
              ask("nowhere.example", number=4), answer("nowhere.example", [], number=4, rcode=3),
              ask("denied.example", number=5), answer("denied.example", [], number=5, rcode=5),
              ask("router9.teamviewer.com", number=6), answer("router9.teamviewer.com", [], number=6, rcode=3))
    long = [DNSRR(rrname="all.plant.example", type="A", rdata=f"10.0.5.{n}") for n in range(1, 40)]
    prefixed = lambda message: len(bytes(message)).to_bytes(2, "big") + bytes(message)
    case.session(end(STATION, "10.0.4.21", 40001), server, (0, prefixed(ask("all.plant.example", number=7))), (1, prefixed(answer("all.plant.example", long, number=7))))
    looping = bytes.fromhex("000980000001000100000000") + b"\xc0\x0c\0\x01\0\x01" + b"\xc0\x0c\0\x01\0\x01\0\0\0\0\0\x04\x0a\0\0\x01"
    case.mutated([mutate.Field(4, 2), mutate.Field(6, 2), mutate.Field(2, 2), mutate.Field(12), mutate.Field(10, 2)], header=12, keep=20, extras=[(1, looping)])


def mdns():
    from scapy.layers.dns import DNS, DNSQR, DNSRR, DNSRRSRV
    case = Case("mdns", "announce")
    everybody = group("224.0.0.251", 5353)
    printer, station = end(HP % 0x50, "10.0.4.50", 5353), end(STATION, "10.0.4.21", 5353)
    case.udp(station, everybody, DNS(qd=DNSQR(qname="_ipp._tcp.local", qtype="PTR")))
    service = "Label 3._ipp._tcp.local"
    case.udp(printer, everybody, DNS(qr=1, aa=1, qd=[], an=[
        DNSRR(rrname="_ipp._tcp.local", type="PTR", rdata=service), DNSRRSRV(rrname=service, port=631, target="label-3.local"),
        DNSRR(rrname=service, type="TXT", rdata=[b"txtvers=1", b"ty=Label Printer 300", b"usb_MFG=Example"]),
        DNSRR(rrname="label-3.local", type="A", rdata="10.0.4.50"),
        DNSRR(rrname="label-3.local", type=13, rdata=b"\x05ARMV7\x05LINUX")]))
    case.mutated([mutate.Field(4, 2), mutate.Field(6, 2), mutate.Field(12), mutate.Field(2, 2), mutate.Field(36, 2)], header=12, keep=20)


def llmnr():
    from scapy.layers.dns import DNSQR, DNSRR
    from scapy.layers.llmnr import LLMNRQuery, LLMNRResponse
    case = Case("llmnr", "who_is")
    station, hmi = end(STATION, "10.0.4.21", 60001), end(HMI, "10.0.4.20", 5355)
    case.udp(station, group("224.0.0.252", 5355), LLMNRQuery(id=1, qd=DNSQR(qname="HMI-LINE3", qtype="A")))
    case.udp(hmi, station, LLMNRResponse(id=1, qr=1, qd=DNSQR(qname="HMI-LINE3", qtype="A"), an=[DNSRR(rrname="HMI-LINE3", type="A", rdata="10.0.4.20")]))
    # A host asks for everything about its own name to see whether it is unique (RFC 4795, 4.1).
    case.udp(end(HMI, "10.0.4.20", 60002), group("224.0.0.252", 5355), LLMNRQuery(id=2, qd=DNSQR(qname="HMI-LINE3", qtype="ALL")))
    case.mutated([mutate.Field(4, 2), mutate.Field(6, 2), mutate.Field(12), mutate.Field(2, 2)], header=12, keep=15)


def nbns():
    from scapy.layers import netbios as n
    case = Case("nbns", "register_and_ask")
    everybody, hmi, station = group("10.0.255.255", 137), end(HMI, "10.0.4.20", 137), end(STATION, "10.0.4.21", 137)
    header = lambda **fields: n.NBNSHeader(**fields)
    register = lambda name, kind, g, number: header(NAME_TRN_ID=number, OPCODE=5, NM_FLAGS=0x11, QDCOUNT=1, ARCOUNT=1) / n.NBNSRegistrationRequest(
        QUESTION_NAME=name.ljust(15).encode(), SUFFIX=kind, G=g, NB_ADDRESS="10.0.4.20")
    case.udp(hmi, everybody, register("HMI-LINE3", 0x4141, 0, 1))
    case.udp(hmi, everybody, register("PLANT", 0x4141, 1, 2))
    case.udp(station, everybody, header(NAME_TRN_ID=3, NM_FLAGS=0x11, QDCOUNT=1) / n.NBNSQueryRequest(QUESTION_NAME=b"HMI-LINE3".ljust(15)))
    case.udp(hmi, station, header(NAME_TRN_ID=3, RESPONSE=1, NM_FLAGS=0x58, ANCOUNT=1) / n.NBNSQueryResponse(
        RR_NAME=b"HMI-LINE3".ljust(15), ADDR_ENTRY=[n.NBNS_ADD_ENTRY(NB_ADDRESS="10.0.4.20")]))
    # Node status (RFC 1002, 4.2.17 and 4.2.18), byte by byte.
    star = b"\x20CKAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\0"
    case.udp(station, hmi, bytes.fromhex("0004000000010000000000 00".replace(" ", "")) + star + bytes.fromhex("00210001"))
    names = b"".join(text.ljust(15).encode() + bytes([kind]) + flags.to_bytes(2, "big")
                     for text, kind, flags in (("HMI-LINE3", 0, 0x0400), ("PLANT", 0, 0x8400), ("HMI-LINE3", 0x20, 0x0400)))
    data = b"\x03" + names + frames.mac(HMI) + bytes(40)
    case.udp(hmi, station, bytes.fromhex("000484000000000100000000") + star + bytes.fromhex("0021000100000000") + len(data).to_bytes(2, "big") + data)
    case.mutated([mutate.Field(4, 2), mutate.Field(6, 2), mutate.Field(12), mutate.Field(2, 2), mutate.Field(56)], header=50, keep=40)


def record():
    for case in (arp, icmpv6, lldp, cdp, dhcp, dns, mdns, llmnr, nbns):
        case()


if __name__ == "__main__":
    record()
