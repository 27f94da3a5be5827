"""SMB and NetBIOS names: Samba as file server, smbclient in several dialects, nmblookup. Needs the system user `games`."""
import pathlib
import subprocess
import time

import mutate
from lab import DELL, HP, Lab

SERVER = "10.0.3.50"
FOLDER = pathlib.Path("/tmp/recordings-smb")
CONFIG = f"""[global]
  workgroup = PLANT
  netbios name = HISTORIAN
  server string = Line 4 historian
  interfaces = eth0
  bind interfaces only = yes
  server min protocol = NT1
  ntlm auth = ntlmv1-permitted
  lanman auth = no
  map to guest = bad user
  private dir = {FOLDER}/private
  lock directory = {FOLDER}/lock
  state directory = {FOLDER}/state
  cache directory = {FOLDER}/cache
  pid directory = {FOLDER}/pid
  ncalrpc dir = {FOLDER}/ncalrpc
  log file = {FOLDER}/log
  disable spoolss = yes
  load printers = no
  dns proxy = no
[recipes]
  path = {FOLDER}/share
  read only = no
  guest ok = yes
"""
CLIENT = "[global]\n  client min protocol = NT1\n  workgroup = PLANT\n  netbios name = ES1\n"


def hostile():
    nb = lambda body, length=None: b"\0" + (len(body) if length is None else length).to_bytes(3, "big") + body
    smb2 = lambda command, body: b"\xfeSMB" + b"\x40\0" + bytes(6) + command.to_bytes(2, "little") + b"\1\0" + bytes(48) + body
    smb1 = lambda command, body: b"\xffSMB" + bytes([command]) + bytes(27) + body
    chain = smb2(0, b"\x24\0\xff\xff")[:20] + b"\x08\0\0\0" + bytes(40)
    return [(0, nb(smb2(0, b"\x24\0\xff\xff\1\0" + bytes(28) + b"\x02\x02" * 60))), (0, nb(smb2(1, b"\x19\0\0\1" + bytes(8) + b"\xff\xff\xff\xff" + bytes(8) + b"NTLMSSP\0\3\0\0\0" + b"\xff" * 60))),
            (1, nb(smb2(1, b"\x09\0\0\0\x48\0\xff\xff" + b"NTLMSSP\0\2\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff" + bytes(40)))), (0, nb(chain * 8)), (0, nb(smb1(0x72, b"\0\xff\xff" + b"\2NT LM 0.12" * 30))),
            (0, nb(smb1(0x73, b"\xff" + b"\xff\0\xff\xff" * 40))), (0, nb(b"\xfeSMB")), (0, nb(b"", 0xFFFFFF)), (0, b"\x85\0\0\0" * 60), (0, nb(b"\xfdSMB" + bytes(40))), (1, nb(smb2(0, b"\x41\0\1\0\x11\3\0\0" + bytes(56) + b"\x80\0\xff\xff\x60\x84\xff\xff\xff\xff" + b"\x60\x80" * 60)))]


def record():
    for name in ("private", "lock", "state", "cache", "pid", "ncalrpc", "share"):
        (FOLDER / name).mkdir(parents=True, exist_ok=True)
    (FOLDER / "share").chmod(0o777)
    (FOLDER / "share" / "recipe.csv").write_text("recipe;1\n" * 10)
    config, mine = FOLDER / "smb.conf", FOLDER / "client.conf"
    config.write_text(CONFIG)
    mine.write_text(CLIENT)
    subprocess.run(["pdbedit", "-s", config, "-a", "-t", "-u", "games"], input="bottle-7\nbottle-7\n", text=True, check=True, capture_output=True)
    with Lab("smb") as lab:
        server = lab.host("historian", DELL % 0x50, SERVER)
        es = lab.host("es", HP % 0x21, "10.0.4.21")
        server.start("smbd", "-F", "-s", config, "--no-process-group")
        server.start("nmbd", "-F", "-s", config, "--no-process-group")
        server.wait_port(445)
        server.wait_port(137, "udp")
        time.sleep(1)

        def ask(*words, command="ls; get recipe.csv /tmp/recordings-smb-got"):
            shown = [w for w in words if not str(w).startswith("--configfile")]
            lab.log.append("smbclient //historian/recipes " + " ".join(map(str, shown)) + f" -c '{command}'\n")
            es.run("smbclient", f"//{SERVER}/recipes", f"--configfile={mine}", *words, "-c", command, check=False)

        no_share_list = "get recipe.csv /tmp/recordings-smb-got"
        with lab.capture("smb3"):
            ask("-U", "games%bottle-7", "-m", "SMB3_11", command=no_share_list)
        with lab.capture("smb3_encrypted"):
            ask("-U", "games%bottle-7", "-m", "SMB3_11", "--client-protection=encrypt", command=no_share_list)
        with lab.capture("smb2"):
            ask("-U", "games%bottle-7", "-m", "SMB2_02", "-W", "PLANT", command=no_share_list)
        with lab.capture("refused"):
            ask("-U", "games%guess", "-m", "SMB3", command=no_share_list)
        with lab.capture("smb1_ntlmv2"):
            ask("-U", "games%bottle-7", "-m", "NT1", command=no_share_list)
        with lab.capture("smb1_ntlmv1"):
            ask("-U", "games%bottle-7", "-m", "NT1", "--option=client ntlmv2 auth=no", "--option=client use spnego=no", command=no_share_list)
        with lab.capture("guest"):
            ask("-N", "-m", "SMB3", command=no_share_list)
        mutate.cut_short(lab.folder, "smb2", message=2)
        # NetBIOS length, magic, header size, credits, command, next command, body size, counts and offsets further in.
        little = lambda at, size: mutate.Field(at, size, "little")
        fields = [mutate.Field(1, 3), mutate.Field(4), little(8, 2), little(16, 2), little(24, 4), little(68, 2), little(70, 2), little(80, 2), little(82, 2)]
        mutate.hostile(lab.folder, "smb2", fields, header=16, prelude=0, extras=hostile(), sessions_max=36)
        # The names have a folder of their own; what is cut short and hostile of them lies there already.
        lab.folder = lab.folder.parent / "nbns"
        lab.folder.mkdir(exist_ok=True)
        with lab.capture("lookup_and_status"):
            for words in (("HISTORIAN",), ("-A", SERVER), ("NOBODY",)):
                lab.log.append("nmblookup " + " ".join(words) + "\n")
                es.run("nmblookup", f"--configfile={mine}", "-B", "10.0.255.255", *words, check=False)


if __name__ == "__main__":
    record()
