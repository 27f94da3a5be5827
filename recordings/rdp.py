"""RDP: xrdp as server, FreeRDP as client; with the old security of RDP, with TLS, and with the user's name in the cookie."""
import os
import pathlib
import subprocess
import time

import mutate
from lab import DELL, HP, Lab

SERVER = "10.0.4.30"
FOLDER = pathlib.Path("/tmp/recordings-rdp")
CONFIG = """[Globals]
ini_version=1
fork=true
port=3389
tcp_nodelay=true
security_layer={layer}
crypt_level=low
certificate={folder}/scada.crt
key_file={folder}/scada.key
ssl_protocols=TLSv1.2, TLSv1.3
autorun=
allow_channels=true
max_bpp=16
[Logging]
LogFile={folder}/log
LogLevel=INFO
EnableSyslog=false
[Xorg]
name=Xorg
lib=libxup.so
username=ask
password=ask
ip=127.0.0.1
port=-1
code=20
"""


def hostile():
    tpkt = lambda body: b"\x03\0" + (len(body) + 4).to_bytes(2, "big") + body
    request = lambda body: tpkt(bytes([len(body) + 6]) + b"\xe0\0\0\0\0\0" + body)
    cookie = b"Cookie: mstshash="
    return [(0, request(cookie + b"A" * 200)), (0, request(cookie + b"\x1b[2J\xe2\x80\xae\0x\r\n")), (0, request(cookie + b"operator\r\n\1\0\xff\xff\xff\xff\xff\xff")), (0, b"\x03\0\0\x05\xff"), (0, b"\x03\0\xff\xff\x2a\xe0"),
            (1, tpkt(b"\xff\xd0\0\0\0\0\0\2\0\xff\xff" + bytes(8))), (0, tpkt(b"\2\xf0\x80\x7f\x65\x84\xff\xff\xff\xff" + b"\x30\x80" * 60)), (0, tpkt(b"\2\xf0\x80\x7f\x65\x82\1\xbe" + b"\4\xff\xff\xff")), (0, b"\0\0\0\0" * 60)]


def record():
    FOLDER.mkdir(exist_ok=True)
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650", "-keyout", FOLDER / "scada.key", "-out", FOLDER / "scada.crt",
                    "-subj", "/CN=SCADA1.plant.example"], check=True, capture_output=True)
    pathlib.Path("/run/xrdp").mkdir(exist_ok=True)
    with Lab("rdp") as lab:
        scada = lab.host("scada", DELL % 0x30, SERVER)
        jump = lab.host("jump", HP % 0x22, "10.0.4.22")
        display = lab.host("screen", HP % 0x23, "10.0.4.23")
        display.start("Xvfb", ":72", "-screen", "0", "200x200x24", "-nolisten", "tcp", "-ac")
        os.environ["DISPLAY"] = ":72"

        def serve(layer):
            scada.stop()
            for left in ("/run/xrdp/xrdp.pid", "/var/run/xrdp.pid"):
                pathlib.Path(left).unlink(missing_ok=True)
            (FOLDER / "xrdp.ini").write_text(CONFIG.format(layer=layer, folder=FOLDER))
            scada.start("xrdp", "--nodaemon", "--config", FOLDER / "xrdp.ini")
            scada.wait_port(3389)
            time.sleep(0.5)

        def connect(*words):
            lab.log.append("xfreerdp /v:10.0.4.30 " + " ".join(words) + "\n")
            text = jump.run("timeout", "4", "xfreerdp", f"/v:{SERVER}", "/cert:ignore", "/size:64x64", "/bpp:8", "/u:operator", "/d:PLANT", "/p:bottle-7", *words, check=False)
            lab.log[-1] = "".join(line.split("] - ")[-1] + "\n" for line in text.splitlines() if "ERROR" in line)[:600]

        serve("rdp")
        with lab.capture("rdp_security", log=True):
            connect("/sec:rdp", "+auth-only")
        serve("tls")
        with lab.capture("tls"):
            connect("/sec:tls", "+auth-only")
        with lab.capture("refused"):
            connect("/sec:nla", "+auth-only")
        mutate.cut_short(lab.folder, "rdp_security", message=1)
        fields = [mutate.Field(2, 2), mutate.Field(4), mutate.Field(5), mutate.Field(11), mutate.Field(0), mutate.Field(9, 2)]
        mutate.hostile(lab.folder, "rdp_security", fields, header=5, extras=hostile(), messages_max=8)


if __name__ == "__main__":
    record()
