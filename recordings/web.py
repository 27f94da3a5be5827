"""HTTP (not called http.py, which would hide a module of Python): Python's server as the web page of a panel, curl as
browser; Basic and form log-in, files."""
import base64
import logging

import mutate
from lab import HP, SIEMENS, Lab

SERVER = "10.0.3.40"
PAGE = b"<html><head><title>SIMATIC HMI TP1200 Comfort</title></head><body><h1>Line 4 filler</h1></body></html>"


def server():
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    class Page(BaseHTTPRequestHandler):
        protocol_version, server_version, sys_version = "HTTP/1.1", "SIMATIC-Web/2.1", ""

        def reply(self, code, body=b"", **headers):
            self.send_response(code)
            for name, value in {"Content-Type": "text/html", "Content-Length": str(len(body)), **headers}.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self):
            if self.path == "/admin":
                if self.headers.get("Authorization") == "Basic " + base64.b64encode(b"Administrator:admin").decode():
                    return self.reply(200, b"<title>Settings</title>")
                return self.reply(401, b"log in", WWW_Authenticate='Basic realm="SmartServer"')
            self.reply(200 if self.path == "/" else 404, PAGE if self.path == "/" else b"not here")

        def do_POST(self):
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.reply(302, Location="/start.html", Set_Cookie="session=7f3a")

        def do_PUT(self):
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.reply(201)

        def do_DELETE(self):
            self.reply(405)

        def log_message(self, *_):
            pass

    ThreadingHTTPServer(("0.0.0.0", 80), Page).serve_forever()


def hostile():
    """Chunks that lie, headers without end, two lengths, a request inside a header."""
    return [(0, b"GET /" + b"A" * 500), (0, b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 80), (0, b"POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\nx"), (0, b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n"),
            (1, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\nabc"), (1, b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 900\r\n\r\nabc"), (0, b"GET / HTTP/1.1\r\nAuthorization: Basic ====\r\n\r\n"),
            (0, b"GET / HTTP/1.1\r\nAuthorization: Basic " + b"QUFB" * 120 + b"\r\n\r\n"), (1, b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<title>" + b"<title>" * 60), (1, b"HTTP/9.9 999999 \xff\xfe\r\nServer: \x1b[2J\0\r\n\r\n"), (0, b"\r\n" * 100)]


def record():
    with Lab("http") as lab:
        panel = lab.host("panel", SIEMENS % 0x40, SERVER)
        es = lab.host("es", HP % 0x21, "10.0.4.21")
        panel.start(server)
        panel.wait_port(80)

        def ask(*words):
            lab.log.append("curl " + " ".join(words) + " -> ")
            es.run("curl", "-s", "-o", "/dev/null", "-w", "%{http_code}\n", *words, check=False)

        with lab.capture("page"):
            ask(f"http://{SERVER}/")
            ask(f"http://{SERVER}/nothing.html")
        with lab.capture("basic"):
            ask(f"http://{SERVER}/admin")
            ask("-u", "Administrator:guess", f"http://{SERVER}/admin")
            ask("-u", "Administrator:admin", f"http://{SERVER}/admin")
        with lab.capture("form"):
            ask("-d", "Login=Administrator&Password=100", f"http://{SERVER}/FormLogin")
        with lab.capture("files"):
            ask("-X", "PUT", "-d", "recipe;1", f"http://{SERVER}/recipes/new.csv")
            ask("-X", "DELETE", f"http://{SERVER}/recipes/new.csv")
        with lab.capture("kept_open"):
            ask(f"http://{SERVER}/", "--next", "-s", "-o", "/dev/null", "-w", "%{http_code}\n", f"http://{SERVER}/admin", "--next", "-s", "-o", "/dev/null", "-w", "%{http_code}\n", f"http://{SERVER}/")
        mutate.cut_short(lab.folder, "kept_open", message=1)
        mutate.hostile(lab.folder, "basic", [mutate.Field(0), mutate.Field(4), mutate.Field(9)], header=10, extras=hostile())


if __name__ == "__main__":
    record()
