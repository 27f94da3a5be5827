"""TFTP: tftpd-hpa and its client. A switch fetches its configuration."""
import pathlib

import mutate
from lab import DELL, HIRSCHMANN, Lab

SERVER = "10.0.4.20"
FOLDER = pathlib.Path("/tmp/recordings-tftp")


def record():
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / "config.txt").write_text("snmp community public\n" * 40)
    (FOLDER / "backup.txt").write_text("")
    (FOLDER / "backup.txt").chmod(0o666)
    FOLDER.chmod(0o777)
    mine = FOLDER / "mine.txt"
    mine.write_text("hostname line4\n" * 10)
    with Lab("tftp") as lab:
        switch = lab.host("switch", HIRSCHMANN % 0x02, "10.0.3.2")
        server = lab.host("server", DELL % 0x20, SERVER)
        server.start("in.tftpd", "-L", "-s", "-4", "--address", "0.0.0.0:69", FOLDER)
        server.wait_port(69, "udp")
        for case, words in (("get", ("get", "config.txt", "/tmp/recordings-tftp-got")), ("put", ("put", mine, "backup.txt")), ("not_found", ("get", "firmware.bin", "/tmp/recordings-tftp-got"))):
            with lab.capture(case):
                lab.log.append("tftp " + " ".join(map(str, words)) + "\n")
                switch.run("tftp", "-4", SERVER, "-m", "binary", "-c", *words, check=False)
        mutate.cut_short(lab.folder, "get", message=0, keep=6)
        mutate.hostile(lab.folder, "get", [mutate.Field(0, 2), mutate.Field(2, 2), mutate.Field(4)], header=2,
                       extras=[(0, b"\0\1" + b"A" * 500), (0, b"\0\1a\0octet\0" + b"blksize\0" * 40), (0, b"\0\2../../etc/passwd\0octet"), (1, b"\0\6blksize\x00999999999999\0"), (0, b"\0"), (1, b"\0\5\xff\xff")])


if __name__ == "__main__":
    record()
