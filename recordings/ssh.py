"""SSH: OpenSSH as server and client."""
import pathlib
import subprocess

import mutate
from lab import HIRSCHMANN, HP, Lab

SERVER = "10.0.3.2"
FOLDER = pathlib.Path("/tmp/recordings-ssh")


def hostile():
    kex = lambda body: (len(body) + 5).to_bytes(4, "big") + b"\4" + body + bytes(4)
    hello = b"SSH-2.0-x\r\n"
    return [(0, b"SSH-2.0-" + b"A" * 400), (0, b"SSH-9.9\r\n"), (0, b"SSH-1.5-OpenSSH_2.3\r\n"), (1, b"line\r\n" * 90), (0, hello + b"\xff\xff\xff\xff\xff\x14"), (0, hello + kex(b"\x14" + bytes(16) + b"\xff\xff\xff\xff" + b"a,b")),
            (0, hello + kex(b"\x14" + bytes(16) + b"\0\0\1\0" + b"," * 256)), (1, b"SSH-2.0-\x1b[2J\0\xff\r\n"), (0, b"\0\0\0\0" * 60)]


def record():
    FOLDER.mkdir(exist_ok=True)
    pathlib.Path("/run/sshd").mkdir(exist_ok=True)
    for name in ("host", "user"):
        (FOLDER / name).unlink(missing_ok=True)
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "plant", "-f", FOLDER / name], check=True)
    (FOLDER / "keys").write_text((FOLDER / "user.pub").read_text())
    (FOLDER / "sshd_config").write_text(f"HostKey {FOLDER}/host\nAuthorizedKeysFile {FOLDER}/keys\nStrictModes no\nUsePAM no\nPermitRootLogin yes\nPidFile none\n")
    with Lab("ssh") as lab:
        switch = lab.host("switch", HIRSCHMANN % 0x02, SERVER)
        es = lab.host("es", HP % 0x21, "10.0.4.21")
        switch.start("/usr/sbin/sshd", "-D", "-f", FOLDER / "sshd_config")
        switch.wait_port(22)
        options = ["-F", "none", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "BatchMode=yes", "-o", "LogLevel=ERROR"]
        with lab.capture("session"):
            lab.log.append("ssh root@10.0.3.2 true, with a key\n")
            es.run("ssh", *options, "-i", FOLDER / "user", f"root@{SERVER}", "true")
        with lab.capture("refused"):
            lab.log.append("ssh admin@10.0.3.2, without a key\n")
            es.run("ssh", *options, "-o", "PubkeyAuthentication=no", f"admin@{SERVER}", "true", check=False)
        mutate.cut_short(lab.folder, "session", message=1)
        fields = [mutate.Field(0), mutate.Field(0, 4), mutate.Field(4), mutate.Field(5), mutate.Field(22, 4)]
        mutate.hostile(lab.folder, "session", fields, header=8, extras=hostile())


if __name__ == "__main__":
    record()
