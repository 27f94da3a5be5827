"""FTP: pyftpdlib as the file server of a panel, Python's ftplib and curl as clients."""
import io
import logging
import os
import pathlib

import mutate
from lab import HP, SIEMENS, Lab, say

SERVER = "10.0.3.40"
FOLDER = pathlib.Path("/tmp/recordings-ftp")


def server():
    logging.disable(logging.CRITICAL)
    from pyftpdlib.authorizers import DummyAuthorizer
    from pyftpdlib.handlers import FTPHandler
    from pyftpdlib.servers import FTPServer
    users = DummyAuthorizer()
    users.add_user("operator", "operator", FOLDER, perm="elradfmw")
    users.add_anonymous(FOLDER)
    FTPHandler.authorizer, FTPHandler.banner = users, "SIMATIC HMI TP1200 Comfort FTP server (V14.0.1) ready."
    FTPHandler.auth_failed_timeout = 0.1
    FTPServer(("0.0.0.0", 21), FTPHandler).serve_forever()


def client(user, password, passive, work):
    import ftplib
    f = ftplib.FTP()
    say("banner", f.connect(SERVER, 21, timeout=5))
    try:
        say("login", user, "->", f.login(user, password))
        f.set_pasv(passive)
        work(f)
        say("quit ->", f.quit())
    except ftplib.Error as problem:
        say(type(problem).__name__, problem)


def transfer(f):
    say("syst ->", f.sendcmd("SYST"))
    f.retrlines("LIST", lambda line: say("list", line.split()[-1]))
    f.retrbinary("RETR recipe.csv", lambda block: say("received", len(block)))
    say("stor ->", f.storbinary("STOR new.csv", io.BytesIO(b"recipe;2\n")))
    say("dele ->", f.delete("new.csv"))
    try:
        f.retrbinary("RETR nothing.csv", print)
    except Exception as problem:
        say("retr nothing.csv ->", problem)


def listing(f):
    f.retrlines("LIST", lambda line: say("list", line.split()[-1]))


def hostile():
    return [(0, b"USER " + b"A" * 500), (0, b"PORT 999,999,999,999,999,999\r\n"), (1, b"227 Entering Passive Mode (10,0,3,40,999,999)\r\n"), (1, b"220-" + b"x" * 400 + b"\r\n"), (1, b"999999999999 \r\n"),
            (0, b"RETR ../../../../etc/passwd\0\r\n"), (0, b"\r\n" * 100), (0, b"PASS \x1b[2J\xe2\x80\xae\r\n"), (1, b"220 \xff\xfe\0\r\n")]


def record():
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / "recipe.csv").write_text("recipe;1\n" * 20)
    with Lab("ftp") as lab:
        panel = lab.host("panel", SIEMENS % 0x40, SERVER)
        es = lab.host("es", HP % 0x21, "10.0.4.21")
        panel.start(server)
        panel.wait_port(21)
        with lab.capture("passive"):
            es.run(client, "operator", "operator", True, transfer)
        with lab.capture("active"):
            es.run(client, "operator", "operator", False, listing)
        with lab.capture("anonymous"):
            es.run(client, "anonymous", "nobody@example.com", True, listing)
        with lab.capture("refused"):
            es.run(client, "admin", "guess", True, listing)
        mutate.cut_short(lab.folder, "passive", message=1, keep=6)
        mutate.hostile(lab.folder, "passive", [mutate.Field(0), mutate.Field(3), mutate.Field(4)], header=4, prelude=1, extras=hostile())


if __name__ == "__main__":
    record()
