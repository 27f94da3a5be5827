"""Neighbours and directories: SSDP, RADIUS, LDAP, Kerberos.

RADIUS, LDAP and Kerberos are written by Scapy from its own definitions, SSDP line by line. No root is needed.
"""
import logging
import struct

import frames
import mutate
from names import HMI, PLC, ROUTER, SERVER, STATION, SWITCH, Case, end, group

logging.getLogger("scapy").setLevel(logging.ERROR)


def ssdp():
    """UPnP Device Architecture 2.0, 1.2 and 1.3."""
    lines = lambda *said: ("\r\n".join(said) + "\r\n\r\n").encode()
    case = Case("ssdp", "search_and_notify")
    everybody, panel, station = group("239.255.255.250", 1900), end(PLC, "10.0.3.40", 1900), end(STATION, "10.0.4.21", 53000)
    case.udp(station, everybody, lines("M-SEARCH * HTTP/1.1", "HOST: 239.255.255.250:1900", 'MAN: "ssdp:discover"', "MX: 1", "ST: ssdp:all"))
    server = "SERVER: Microsoft-WinCE/6.00 UPnP/1.0 UPnP-Device-Host/1.0"
    case.udp(panel, station, lines("HTTP/1.1 200 OK", "ST: upnp:rootdevice", "USN: uuid:1::upnp:rootdevice", server, "LOCATION: http://10.0.3.40:5120/d.xml"))
    case.udp(panel, everybody, lines("NOTIFY * HTTP/1.1", "HOST: 239.255.255.250:1900", "NT: upnp:rootdevice", "NTS: ssdp:alive", server))
    # An answer from a port of its own.
    case.udp(end(SWITCH, "10.0.3.2", 49152), station, lines("HTTP/1.1 200 OK", "ST: ssdp:all", "SERVER: Linux/4.4, UPnP/1.0, Switch/2.1"))
    case.mutated([mutate.Field(0), mutate.Field(9), mutate.Field(20)], header=19, keep=12)


def radius():
    from scapy.layers.radius import Radius, RadiusAttribute
    case = Case("radius", "port_access")
    switch, server = end(SWITCH, "10.0.3.2", 50000), end(SERVER, "10.0.4.30", 1812)
    text = lambda kind, value: RadiusAttribute(type=kind, value=value)
    ask = lambda number, user: Radius(code=1, id=number, attributes=[text(1, user), text(32, b"SW-CELL-3"), text(4, frames.ip("10.0.3.2"))])
    case.both(switch, server, ask(1, b"technician"), Radius(code=2, id=1), ask(2, b"visitor"), Radius(code=3, id=2, attributes=[text(18, b"no")]),
              ask(3, b"technician"), Radius(code=11, id=3, attributes=[text(24, b"state")]))
    case.both(end(SWITCH, "10.0.3.2", 50001), end(SERVER, "10.0.4.30", 1813), Radius(code=4, id=4, attributes=[text(1, b"technician")]), Radius(code=5, id=4))
    case.mutated([mutate.Field(0), mutate.Field(2, 2), mutate.Field(20), mutate.Field(21)], header=20, keep=24)


def ldap():
    from scapy.layers.ldap import LDAP, LDAP_Authentication_simple, LDAP_BindRequest, LDAP_SearchRequest, LDAP_UnbindRequest
    case = Case("ldap", "bind_and_search")
    server, client = end(SERVER, "10.0.4.30", 389), lambda number: end(STATION, "10.0.4.21", 50100 + number)
    say = lambda number, operation: bytes(LDAP(messageID=number, protocolOp=operation))
    bind = lambda name, word: LDAP_BindRequest(bind_name=name, authentication=LDAP_Authentication_simple(word))
    search = LDAP_SearchRequest(baseObject=b"dc=plant,dc=example")
    # Results are short: number of the message, result, no name, no text.
    result = lambda number, tag, code=0: bytes([0x30, 12, 2, 1, number, tag, 7, 0x0A, 1, code, 4, 0, 4, 0])
    bound, found = 0x61, 0x65
    case.session(client(1), server, (0, say(1, bind(b"cn=reader,dc=plant,dc=example", b"bottle-7"))), (1, result(1, bound)),
                 (0, say(2, search)), (1, result(2, found)), (0, say(3, LDAP_UnbindRequest())))
    case.session(client(2), server, (0, say(1, bind(b"cn=admin", b"admin"))), (1, result(1, bound, 49)))
    case.session(client(3), server, (0, say(1, bind(b"", b""))), (1, result(1, bound)))
    # StartTLS (RFC 4511, 4.14), then a record of TLS; and a block of a log-in's own security. Byte by byte.
    start = bytes.fromhex("301d02010177188016") + b"1.3.6.1.4.1.1466.20037"
    started = bytes.fromhex("300c02010178070a010004000400")
    case.session(client(4), server, (0, start), (1, started), (0, bytes.fromhex("1703030010") + bytes(range(16))))
    case.session(client(5), server, (0, say(1, search)), (1, struct.pack("!I", 24) + bytes(range(24))))
    case.mutated([mutate.Field(1), mutate.Field(2), mutate.Field(4), mutate.Field(5), mutate.Field(6)], header=7, keep=20)


def kerberos():
    from scapy.asn1.asn1 import ASN1_GENERAL_STRING as T, ASN1_INTEGER as N, ASN1_STRING
    from scapy.layers import kerberos as k
    case = Case("kerberos", "log_in")
    server = end(SERVER, "10.0.4.30", 88)
    name = lambda kind, *parts: k.PrincipalName(nameType=N(kind), nameString=[T(p) for p in parts])
    body = lambda user, *service: k.KRB_KDC_REQ_BODY(cname=name(1, user) if user else None, realm=T(b"PLANT.EXAMPLE"), sname=name(2, *service), nonce=N(7))
    log_in = lambda user: bytes(k.Kerberos(root=k.KRB_AS_REQ(reqBody=body(user, b"krbtgt", b"PLANT.EXAMPLE"))))
    ticket = bytes(k.Kerberos(root=k.KRB_TGS_REQ(reqBody=body(None, b"cifs", b"hist.plant.example"))))
    error = lambda code: bytes(k.Kerberos(root=k.KRB_ERROR(errorCode=N(code), realm=T(b"PLANT.EXAMPLE"), sname=name(2, b"krbtgt"))))
    # What is inside a ticket stays secret.
    secret = k.EncryptedData(etype=N(18), cipher=ASN1_STRING(bytes(range(32))))
    a_ticket = k.KRB_Ticket(realm=T(b"PLANT.EXAMPLE"), sname=name(2, b"krbtgt"), encPart=secret)
    given = lambda kind: bytes(k.Kerberos(root=kind(crealm=T(b"PLANT.EXAMPLE"), cname=name(1, b"operator"), ticket=a_ticket, encPart=secret)))
    station = end(STATION, "10.0.4.21", 50200)
    case.both(station, server, log_in(b"operator"), error(25), log_in(b"operator"), given(k.KRB_AS_REP), ticket, given(k.KRB_TGS_REP), log_in(b"nobody"), error(6))
    case.both(end(HMI, "10.0.4.20", 50201), server, log_in(b"HMI-LINE3$"), given(k.KRB_AS_REP))
    framed = lambda message: struct.pack("!I", len(message)) + message
    case.session(end(HMI, "10.0.4.20", 50202), server, (0, framed(log_in(b"HMI-LINE3$"))), (1, framed(given(k.KRB_AS_REP))))
    case.mutated([mutate.Field(0), mutate.Field(1), mutate.Field(3), mutate.Field(5)], header=6, keep=20)


def record():
    for case in (ssdp, radius, ldap, kerberos):
        case()


if __name__ == "__main__":
    record()
