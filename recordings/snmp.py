"""SNMP: net-snmp as agent of a switch and as manager."""
import os
import pathlib
import socket

import mutate
from lab import DELL, HP, SIEMENS, Lab

AGENT = "10.0.3.2"
FOLDER = pathlib.Path("/tmp/recordings-snmp")
CONFIG = """
rocommunity public
rwcommunity private
sysdescr Siemens, SIMATIC NET, SCALANCE XC208, 6GK5 208-0BA00-2AC2, HW: Version 3, FW: Version V04.03.01, SVPL6147920
sysname xc208-line4
syslocation Hall 3, cabinet 2
syscontact maintenance
sysobjectid .1.3.6.1.4.1.4329.6.1.2
createUser watcher SHA "auth-pass-1" AES "priv-pass-1"
createUser open
rouser watcher authPriv
rouser open noauth
"""


def sink():
    """Takes traps and answers none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind(("0.0.0.0", 162))
        while True:
            s.recv(4096)


def record():
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / "snmpd.conf").write_text(CONFIG)
    os.environ.update(MIBS="", SNMP_PERSISTENT_DIR=str(FOLDER), SNMPCONFPATH=str(FOLDER))
    with Lab("snmp") as lab:
        switch = lab.host("switch", SIEMENS % 0x02, AGENT)
        nms = lab.host("nms", DELL % 0x20, "10.0.4.20")
        es = lab.host("es", HP % 0x21, "10.0.4.21")
        switch.start("snmpd", "-f", "-C", "-c", FOLDER / "snmpd.conf", "-Lf", "/dev/null", "-p", FOLDER / "pid", "udp:161")
        switch.wait_port(161, "udp")

        def ask(host, tool, *words):
            lab.log.append(" ".join(map(str, (tool, *words))) + "\n")
            host.run(tool, "-t", "2", "-r", "0", *words, check=False)

        names = ["1.3.6.1.2.1.1.1.0", "1.3.6.1.2.1.1.2.0", "1.3.6.1.2.1.1.5.0", "1.3.6.1.2.1.1.6.0"]
        with lab.capture("v1_get"):
            ask(nms, "snmpget", "-v1", "-c", "public", AGENT, *names)
            ask(nms, "snmpgetnext", "-v1", "-c", "public", AGENT, "1.3.6.1.2.1.1")
            ask(nms, "snmpget", "-v1", "-c", "public", AGENT, "1.3.6.1.2.1.99.1.0")
        with lab.capture("v2c_walk"):
            ask(nms, "snmpbulkwalk", "-v2c", "-c", "public", "-Cr5", AGENT, "1.3.6.1.2.1.1")
        with lab.capture("v2c_set"):
            ask(es, "snmpset", "-v2c", "-c", "private", AGENT, "1.3.6.1.2.1.1.4.0", "s", "someone else")
            ask(es, "snmpset", "-v2c", "-c", "public", AGENT, "1.3.6.1.2.1.1.4.0", "s", "refused")
        with lab.capture("v2c_wrong_community"):
            ask(es, "snmpget", "-v2c", "-c", "guess", AGENT, names[0])
        with lab.capture("v3_encrypted"):
            ask(nms, "snmpget", "-v3", "-u", "watcher", "-l", "authPriv", "-a", "SHA", "-A", "auth-pass-1", "-x", "AES", "-X", "priv-pass-1", AGENT, names[2])
        with lab.capture("v3_clear"):
            ask(nms, "snmpget", "-v3", "-u", "open", "-l", "noAuthNoPriv", AGENT, names[0])
        nms.start(sink)
        nms.wait_port(162, "udp")
        with lab.capture("traps"):
            switch.run("snmptrap", "-v1", "-c", "public", "10.0.4.20", "1.3.6.1.4.1.4329", AGENT, "2", "0", "100", "1.3.6.1.2.1.2.2.1.1.3", "i", "3")
            switch.run("snmpinform", "-r", "0", "-t", "1", "-v2c", "-c", "public", "10.0.4.20", "100", "1.3.6.1.6.3.1.1.5.4", "1.3.6.1.2.1.2.2.1.1.3", "i", "3", check=False)
        mutate.cut_short(lab.folder, "v1_get", message=1)
        nested = b"\x30\x82\xff\xff" * 60
        deep = b"\x30\x80" * 100
        oid = b"\x30\x2a\x02\x01\0\x04\x06public\xa0\x1d\x02\x01\x01\x02\x01\0\x02\x01\0\x30\x12\x30\x10\x06\x84\xff\xff\xff\xff\x2b" + bytes(8)
        # Lengths of the message, version, community, PDU type and length, error, bindings.
        fields = [mutate.Field(n) for n in (1, 4, 6, 13, 14, 16, 23, 26, 28, 30)]
        mutate.hostile(lab.folder, "v1_get", fields, header=13, extras=[(0, nested), (0, deep), (0, oid), (0, b"\x30\x84\x7f\xff\xff\xff\x02\x01\0"), (0, b"\x30\x05\x02\x88" + bytes(8)), (0, b"\x30")])


if __name__ == "__main__":
    record()
