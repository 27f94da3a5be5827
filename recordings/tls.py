"""TLS: OpenSSL as server and client in four versions, with server names, client certificates and refusals."""
import pathlib
import subprocess

import mutate
from lab import DELL, LENOVO, SIEMENS, Lab

SERVER, OUTSIDE = "10.0.3.40", "10.0.9.9"
FOLDER = pathlib.Path("/tmp/recordings-tls")


def certificate(name, subject, *more):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "3650", "-keyout", FOLDER / f"{name}.key",
                    "-out", FOLDER / f"{name}.crt", "-subj", subject, *more], check=True, capture_output=True)


def hostile():
    record = lambda body, kind=22, length=None: bytes([kind, 3, 3]) + (len(body) if length is None else length).to_bytes(2, "big") + body
    handshake = lambda body, kind=1, length=None: bytes([kind]) + (len(body) if length is None else length).to_bytes(3, "big") + body
    hello = b"\x03\x03" + bytes(32) + b"\0\0\x02\x13\x01\x01\0"
    name = lambda list_length, name_length, text: b"\0\0" + (len(text) + 5).to_bytes(2, "big") + list_length.to_bytes(2, "big") + b"\0" + name_length.to_bytes(2, "big") + text
    extended = lambda extensions, length=None: record(handshake(hello + (len(extensions) if length is None else length).to_bytes(2, "big") + extensions))
    return [(0, extended(name(0xFFFF, 0xFFFF, b"plant"))), (0, extended(name(8, 5, b"plant"), 0xFFFF)), (0, extended(b"\0\0\0\0" * 120)), (0, record(handshake(hello, length=0xFFFFFF))), (0, record(b"\1", length=0xFFFF)),
            (0, record(b"") * 60), (0, record(b"\1\0") * 40), (1, record(handshake(b"\xff\xff\xff" + b"\xff\xff\xff" + b"\x30\x84\xff\xff\xff\xff" * 20, kind=11))),
            (1, record(handshake(b"\0\0\x09\0\0\x06\x30\x80\x30\x80\x30\x80" + b"\x30\x80" * 100, kind=11))), (0, record(b"\2\x28", kind=21) * 20), (0, record(handshake(b"\x03\x03" + bytes(32) + b"\xff")))]


def record():
    FOLDER.mkdir(exist_ok=True)
    certificate("panel", "/C=DE/O=Siemens AG/OU=SIMATIC/CN=line4-panel", "-addext", "subjectAltName=DNS:line4-panel.plant.example,IP:10.0.3.40")
    certificate("station", "/C=DE/O=Example Filling/CN=es-1")
    certificate("broker", "/C=DE/O=Remote Help/CN=router15.teamviewer.com")
    with Lab("tls") as lab:
        panel = lab.host("panel", SIEMENS % 0x40, SERVER)
        outside = lab.host("outside", LENOVO % 0x99, OUTSIDE)
        hmi = lab.host("hmi", DELL % 0x20, "10.0.4.20")

        def serve(host, name, *more):
            host.stop()
            host.start("openssl", "s_server", "-accept", "443", "-cert", FOLDER / f"{name}.crt", "-key", FOLDER / f"{name}.key", "-cipher", "DEFAULT:@SECLEVEL=0", "-quiet", *more)
            host.wait_port(443)

        def ask(target, *more):
            words = ["openssl", "s_client", "-connect", f"{target}:443", "-cipher", "DEFAULT:@SECLEVEL=0", "-brief", *more]
            lab.log.append(" ".join(map(str, words)).replace(str(FOLDER), ".") + "\n")
            return hmi.run("timeout", "3", *words, check=False, stdin="hello\n")

        serve(panel, "panel")
        for case, flag in (("version_10", "-tls1"), ("version_12", "-tls1_2"), ("version_13", "-tls1_3")):
            with lab.capture(case):
                ask(SERVER, flag, "-servername", "line4-panel.plant.example", "-alpn", "http/1.1")
        with lab.capture("no_name"):
            ask(SERVER, "-tls1_2")
        serve(panel, "panel", "-tls1_3")
        with lab.capture("refused"):
            ask(SERVER, "-tls1_2")
        serve(panel, "panel", "-Verify", "1", "-tls1_2")
        with lab.capture("client_certificate"):
            ask(SERVER, "-cert", FOLDER / "station.crt", "-key", FOLDER / "station.key")
        serve(outside, "broker")
        with lab.capture("remote_tool"):
            ask(OUTSIDE, "-tls1_2", "-servername", "router15.teamviewer.com")
        mutate.cut_short(lab.folder, "version_12", message=0)
        # Record kind, version and length, handshake kind and length, session id, cipher list, extensions.
        fields = [mutate.Field(0), mutate.Field(1, 2), mutate.Field(3, 2), mutate.Field(5), mutate.Field(6, 3), mutate.Field(43), mutate.Field(44, 2), mutate.Field(76, 2)]
        mutate.hostile(lab.folder, "version_12", fields, header=9, extras=hostile())


if __name__ == "__main__":
    record()
