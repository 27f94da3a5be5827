"""Telnet: telnetd and telnet of inetutils, driven through a terminal. The log-in program is a few lines of shell."""
import os
import pathlib
import socket

import mutate
from lab import HIRSCHMANN, HP, Lab, say

SERVER = "10.0.3.2"
LOGIN = pathlib.Path("/tmp/recordings-telnet-login")
LOGIN_TEXT = """#!/bin/sh
printf 'Hirschmann RS20 Rel. L3P-09.0.12\\n\\nUser: '
read user
printf 'Password: '
stty -echo
read password
stty echo
if [ "$user" = admin ] && [ "$password" = private ]; then
  printf '\\nRS20>'
  while read line; do
    [ "$line" = logout ] && exit 0
    printf 'System up 12 days\\nRS20>'
  done
fi
printf '\\nLogin incorrect\\n'
"""


def server():
    """Hands each connection to telnetd as inetd does."""
    with socket.create_server(("0.0.0.0", 23)) as s:
        while True:
            connection, _ = s.accept()
            if os.fork() == 0:
                for n in range(3):
                    os.dup2(connection.fileno(), n)
                os.execv("/usr/sbin/telnetd", ["telnetd", "-h", "-E", str(LOGIN)])
            connection.close()


def client(user, password, *commands):
    import pexpect
    c = pexpect.spawn("telnet", [SERVER], timeout=8, encoding="utf-8")
    c.expect("User: ")
    c.sendline(user)
    c.expect("Password: ")
    c.sendline(password)
    say("logged in as", user, "->", ["in", "refused"][c.expect(["RS20>", "incorrect"])])
    for command in commands:
        c.sendline(command)
        say("sent", command)
        c.expect(["RS20>", pexpect.EOF])
    c.close()


def hostile():
    return [(0, b"\xff\xfa\x18" * 80), (0, b"\xff\xfa\x18\0" + b"A" * 500), (0, b"\xff\xfd"), (0, b"\xff" * 300), (1, b"\xff\xfa\x25\xff\xff\xff\xf0" * 20), (1, b"Password: " * 50), (1, b"\x1b]0;title\x07\x1b[2J\0login: "),
            (0, b"\xff\xfb\xff" * 100)]


def record():
    LOGIN.write_text(LOGIN_TEXT)
    LOGIN.chmod(0o755)
    with Lab("telnet") as lab:
        switch = lab.host("switch", HIRSCHMANN % 0x02, SERVER)
        es = lab.host("es", HP % 0x21, "10.0.4.21")
        switch.start(server)
        switch.wait_port(23)
        with lab.capture("default_password"):
            es.run(client, "admin", "private", "show system", "logout")
        with lab.capture("refused"):
            es.run(client, "admin", "guess")
        mutate.cut_short(lab.folder, "default_password", message=1)
        mutate.hostile(lab.folder, "default_password", [mutate.Field(0), mutate.Field(1), mutate.Field(2)], header=2, prelude=2, extras=hostile())


if __name__ == "__main__":
    record()
