"""Syslog: logger of util-linux in the old and the new format, over UDP and TCP."""
import socket

import mutate
from lab import DELL, HIRSCHMANN, Lab

SERVER = "10.0.4.20"


def sink():
    """Takes what comes on UDP and TCP port 514."""
    import threading

    def datagrams():
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.bind(("0.0.0.0", 514))
            while True:
                s.recv(4096)

    def take(connection):
        while connection.recv(4096):
            pass
        connection.close()

    threading.Thread(target=datagrams, daemon=True).start()
    with socket.create_server(("0.0.0.0", 514)) as s:
        while True:
            threading.Thread(target=take, args=(s.accept()[0],), daemon=True).start()


def record():
    with Lab("syslog") as lab:
        switch = lab.host("switch", HIRSCHMANN % 0x02, "10.0.3.2")
        server = lab.host("server", DELL % 0x20, SERVER)
        server.start(sink)
        server.wait_port(514)

        def log(*words):
            lab.log.append("logger " + " ".join(words) + "\n")
            switch.run("logger", "-n", SERVER, "-P", "514", *words)

        with lab.capture("udp"):
            log("-d", "--rfc3164", "-t", "hirschmann", "-p", "local7.notice", "Link up on port 1/3")
            log("-d", "--rfc3164", "-t", "sshd", "-p", "auth.warning", "Failed password for admin from 10.0.4.21 port 50122")
            log("-d", "--rfc5424", "-t", "config", "-p", "daemon.crit", "--msgid", "CFG", "Configuration changed by admin")
        with lab.capture("tcp"):
            log("-T", "--octet-count", "-t", "hirschmann", "-p", "local7.err", "Power supply 2 failed")
            log("-T", "--rfc3164", "-t", "hirschmann", "-p", "local7.notice", "Power supply 2 restored")
        mutate.cut_short(lab.folder, "udp", message=1)
        fields = [mutate.Field(0), mutate.Field(1), mutate.Field(4)]
        mutate.hostile(lab.folder, "udp", fields, header=5, extras=[(0, b"<9999999999>1 x"), (0, b"<34" * 200), (0, b"<34>1 - - - - - [" + b"a=\"" * 150), (0, b"<>"), (0, b"<14>\x1b[2J\xe2\x80\xaegnp.exe\0\r\n")])


if __name__ == "__main__":
    record()
