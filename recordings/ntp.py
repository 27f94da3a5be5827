"""NTP: chrony as time server, chrony and ntpdate as clients."""
import struct
import time

import mutate
from lab import DELL, HIRSCHMANN, HP, Lab, say

SERVER = "10.0.3.11"


def monitor():
    """The control query of NTP (mode 6, read variables) and the list of clients (mode 7), as scanners send them."""
    import socket
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(1)
        for name, packet in (("mode 6 read variables", struct.pack("!BBHHHHH", 0x16, 2, 1, 0, 0, 0, 0)), ("mode 7 list of clients", b"\x17\0\x03\x2a" + bytes(4))):
            s.sendto(packet, (SERVER, 123))
            try:
                say(name, "->", s.recv(600).hex())
            except TimeoutError:
                say(name, "-> no answer")


def record():
    with Lab("ntp") as lab:
        clock = lab.host("clock", HIRSCHMANN % 0x11, SERVER)
        hmi = lab.host("hmi", DELL % 0x20, "10.0.4.20")
        es = lab.host("es", HP % 0x21, "10.0.4.21")
        with open("/tmp/recordings-chrony.conf", "w") as f:
            f.write("local stratum 3\nallow all\ncmdport 0\nbindcmdaddress /\npidfile /tmp/recordings-chrony.pid\n")
        clock.start("chronyd", "-x", "-d", "-u", "root", "-f", "/tmp/recordings-chrony.conf")
        clock.wait_port(123, "udp")
        time.sleep(2)
        with lab.capture("queries"):
            hmi.run("chronyd", "-Q", "-u", "root", "-t", "6", f"server {SERVER} iburst", check=False)
            es.run("ntpdate", "-q", SERVER, check=False)
        with lab.capture("monitoring"):
            es.run(monitor)
        mutate.cut_short(lab.folder, "queries", message=1)
        mutate.hostile(lab.folder, "queries", [mutate.Field(0), mutate.Field(1), mutate.Field(2), mutate.Field(12, 4)], header=4,
                       extras=[(0, b"\x16\x02" + b"\xff" * 10), (1, b"\x96\x82\0\1\0\0\0\0\xff\xff\xff\xff" + b"version=\"" + b"A" * 300), (1, b"\x97\0\x03\x2a\x0f\xff\x0f\xff" + bytes(72)), (0, b"\x23")])


if __name__ == "__main__":
    record()
