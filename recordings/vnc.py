"""VNC: x11vnc on a tiny screen as the panel, vncdotool as the viewer; without and with a password."""
import os
import pathlib
import subprocess
import sys
import time

import mutate
from lab import HP, SIEMENS, Lab

SERVER = "10.0.3.40"
PASSWORD = pathlib.Path("/tmp/recordings-vnc-password")


def hostile():
    start = b"RFB 003.008\n"
    return [(0, b"RFB 999.999\n"), (1, b"RFB 003.008"), (1, start + b"\xff" + b"\x02" * 20), (1, start + b"\0\xff\xff\xff\xffno"), (0, start + b"\x01\x01\x06\0\0\0\x7f\xff\xff\xff"),
            (0, start + b"\x01\x01\x02\0\xff\xff\0\0\0\0"), (1, start + b"\x01\x01\0\0\0\0\xff\xff\xff\xff" + bytes(16) + b"\xff\xff\xff\xff"), (0, b"RFB " + b"A" * 300)]


def record():
    subprocess.run(["x11vnc", "-storepasswd", "100", PASSWORD], check=True, capture_output=True)
    with Lab("vnc") as lab:
        panel = lab.host("panel", SIEMENS % 0x40, SERVER)
        es = lab.host("es", HP % 0x21, "10.0.4.21")

        def serve(*more):
            panel.stop()
            panel.start("Xvfb", ":71", "-screen", "0", "32x32x8", "-nolisten", "tcp", "-ac")
            time.sleep(1)
            panel.start("x11vnc", "-display", ":71", "-forever", "-rfbport", "5900", "-noipv6", "-desktop", "Line 4 filler", "-noxdamage", "-nocursor", "-quiet", *more)
            panel.wait_port(5900)

        def view(*words):
            lab.log.append("vncdo " + " ".join(words) + "\n")
            es.run("env", "PYTHONWARNINGS=ignore", "timeout", "15", os.path.join(os.path.dirname(sys.executable), "vncdo"), "-s", SERVER, *words, check=False)

        serve("-nopw")
        with lab.capture("no_password"):
            view("move", "5", "5", "click", "1", "key", "a", "pause", "0.2")
        serve("-nopw", "-viewonly")
        with lab.capture("look_only"):
            view("pause", "0.2")
        serve("-rfbauth", PASSWORD)
        with lab.capture("password"):
            view("-p", "100", "key", "a", "pause", "0.2")
        with lab.capture("refused"):
            view("-p", "guess", "key", "a", "pause", "0.2")
        mutate.cut_short(lab.folder, "password", message=1, keep=6)
        mutate.hostile(lab.folder, "no_password", [mutate.Field(0), mutate.Field(4), mutate.Field(2, 2), mutate.Field(1)], header=1, extras=hostile())


if __name__ == "__main__":
    record()
