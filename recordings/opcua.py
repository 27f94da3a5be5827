"""OPC UA: asyncua as server and client, in clear, signed, and signed and encrypted."""
import asyncio
import logging
import pathlib
import subprocess

import mutate
from lab import BECKHOFF, DELL, HP, Lab, say

SERVER = "10.0.3.11"
URL = f"opc.tcp://{SERVER}:4840/filler"
KEYS = pathlib.Path("/tmp/recordings-opcua")


def keys(name, host):
    """A key and a certificate as OPC UA wants it: the application's URI among the alternative names."""
    KEYS.mkdir(exist_ok=True)
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650", "-outform", "der",
                    "-keyout", KEYS / f"{name}.pem", "-out", KEYS / f"{name}.der", "-subj", f"/C=DE/O=Example Filling/CN={name}",
                    "-addext", f"subjectAltName=URI:urn:example:{name},IP:{host}",
                    "-addext", "keyUsage=digitalSignature,nonRepudiation,keyEncipherment,dataEncipherment,keyCertSign",
                    "-addext", "extendedKeyUsage=serverAuth,clientAuth"], check=True, capture_output=True)


def server(secure=True):
    """A filler with a few variables and one method; users are operator and engineer."""
    logging.disable(logging.CRITICAL)
    from asyncua import Server, ua, uamethod
    from asyncua.server.user_managers import User, UserRole

    class Users:
        def get_user(self, iserver, username=None, password=None, certificate=None):
            if username in (None, "operator", "engineer") and password in (None, "bottle-7"):
                return User(role=UserRole.Admin)
            return None

    @uamethod
    def start_batch(parent, number):
        return number + 1

    async def run():
        s = Server(user_manager=Users())
        await s.init()
        s.set_endpoint("opc.tcp://0.0.0.0:4840/filler")
        s.set_server_name("Filler 1 OPC UA Server")
        await s.set_application_uri("urn:example:filler")
        await s.set_build_info(product_uri="urn:example:filler:product", manufacturer_name="Beckhoff Automation", product_name="TF6100 OPC UA Server",
                               software_version="4.4.10", build_number="1071", build_date=__import__("datetime").datetime(2025, 3, 1))
        if secure:
            await s.load_certificate(str(KEYS / "filler.der"))
            await s.load_private_key(str(KEYS / "filler.pem"))
        policies = ua.SecurityPolicyType.Basic256Sha256_Sign, ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt
        s.set_security_policy([ua.SecurityPolicyType.NoSecurity, *(policies if secure else ())])
        s.set_identity_tokens([ua.AnonymousIdentityToken, ua.UserNameIdentityToken])
        space = await s.register_namespace("urn:example:filler:plant")
        filler = await s.nodes.objects.add_object(ua.NodeId("Filler", space), f"{space}:Filler")
        for name, value in (("Speed", 1450.0), ("Level", 72.5), ("Running", True), ("Recipe", "Apple 0.7")):
            await (await filler.add_variable(ua.NodeId(name, space), f"{space}:{name}", value)).set_writable()
        await filler.add_method(ua.NodeId("StartBatch", space), f"{space}:StartBatch", start_batch, [ua.VariantType.Int64], [ua.VariantType.Int64])
        async with s:
            await asyncio.sleep(600)

    asyncio.run(run())


def client(work, name, security=None, user=None, password=None):
    """One session; notes how it connected and what the work says."""
    logging.disable(logging.CRITICAL)
    from asyncua import Client
    from asyncua.crypto.security_policies import SecurityPolicyBasic256Sha256
    from asyncua.ua import MessageSecurityMode

    async def run():
        c = Client(URL, timeout=5)
        c.application_uri, c.name = f"urn:example:{name}", f"{name} client"
        if security:
            await c.set_security(SecurityPolicyBasic256Sha256, str(KEYS / f"{name}.der"), str(KEYS / f"{name}.pem"),
                                 server_certificate=str(KEYS / "filler.der"), mode=getattr(MessageSecurityMode, security))
        if user:
            c.set_user(user)
            c.set_password(password)
        say(f"connect security={security} user={user}")
        try:
            async with c:
                await work(c)
        except Exception as problem:
            say(f"-> {type(problem).__name__} {problem}")

    asyncio.run(run())


def filler(c, name):
    return c.get_node(f"ns=2;s={name}")


async def read_write(c):
    for name in ("Speed", "Running", "Recipe"):
        say(f"read {name} -> {await filler(c, name).read_value()}")
    await filler(c, "Speed").write_value(1500.0)
    say("wrote Speed 1500.0")
    await filler(c, "Running").write_value(False)
    say("wrote Running False")


async def browse(c):
    say("children of Objects:", [str(await n.read_browse_name()) for n in await c.nodes.objects.get_children()])
    say("children of Filler:", [str(await n.read_browse_name()) for n in await filler(c, "Filler").get_children()])


async def identity(c):
    for number in (2261, 2262, 2263, 2264, 2265):
        say(f"read i={number} -> {await c.get_node(f'i={number}').read_value()}")
    say("namespaces", await c.get_namespace_array())


async def build_information(c):
    """As monitoring stations ask: the whole structure at once, alone and within the server's status."""
    for number in (2260, 2256):
        value = await c.get_node(f"i={number}").read_value()
        build = getattr(value, "BuildInfo", value)
        say(f"read i={number} -> {build.ProductUri} {build.ManufacturerName} {build.ProductName} {build.SoftwareVersion} {build.BuildNumber}")


async def method(c):
    say("call StartBatch(41) ->", await filler(c, "Filler").call_method(filler(c, "StartBatch"), 41))


async def subscription(c):
    class Handler:
        def datachange_notification(self, node, value, data):
            say(f"notified {node} = {value}")

    s = await c.create_subscription(200, Handler())
    await s.subscribe_data_change([filler(c, "Speed"), filler(c, "Level")])
    for value in (70.0, 69.5):
        await filler(c, "Level").write_value(value)
        await asyncio.sleep(0.4)
    await s.delete()


async def failures(c):
    for name in ("Nothing", "Speed"):
        try:
            value = "not a number" if name == "Speed" else 1.0
            await filler(c, name).write_value(value)
            say(f"wrote {name}")
        except Exception as problem:
            say(f"write {name} -> {type(problem).__name__}")
    try:
        await filler(c, "Filler").call_method(filler(c, "StartBatch"))
    except Exception as problem:
        say(f"call StartBatch() -> {type(problem).__name__}")


def discovery():
    """Asks for servers and endpoints without a session."""
    logging.disable(logging.CRITICAL)
    from asyncua import Client

    async def run():
        c = Client(URL)
        for s in await c.connect_and_find_servers():
            say("server", s.ApplicationUri, s.ApplicationName.Text)
        for e in await c.connect_and_get_server_endpoints():
            say("endpoint", e.EndpointUrl, e.SecurityPolicyUri.split("#")[-1], e.SecurityMode.name, [t.TokenType.name for t in e.UserIdentityTokens])

    asyncio.run(run())


def hostile():
    """Arrays of two thousand million entries, variants in variants, strings longer than the message, chunks that never end."""
    import struct

    def message(body, kind=b"MSG", chunk=b"F", size=None, number=3):
        head = struct.pack("<IIII", 1, 1, number, number)
        return kind + chunk + struct.pack("<I", size if size is not None else 8 + len(head) + len(body)) + head + body

    header = b"\0\0" + bytes(8) + struct.pack("<I", 7) + struct.pack("<I", 0) + b"\xff\xff\xff\xff" + struct.pack("<I", 1000) + b"\0\0\0"
    request = lambda number, rest: b"\x01\0" + struct.pack("<H", number) + header + rest
    nested = b"\x18\x01\0\0\0" * 200
    diagnostic = b"\x40" * 300
    return [(0, message(request(631, bytes(8) + b"\0\0\0\0" + b"\xff\xff\xff\x7f"))), (0, message(request(673, b"\x01\0\0\0" + b"\0\x55\x0d\0\0\0\xff\xff\xff\xff\x01" + nested))),
            (1, message(b"\x01\0" + struct.pack("<H", 634) + bytes(16) + diagnostic)), (0, message(request(527, b"\xff\xff\xff\x7f"))),
            (0, b"HELF" + struct.pack("<I", 32) + struct.pack("<IIIII", 0, 0xFFFFFFFF, 0xFFFFFFFF, 0, 0) + b"\xff\xff\xff\x7f"),
            (0, b"".join(message(b"x" * 20, chunk=b"C", number=n) for n in range(20))), (0, message(b"", size=8)), (0, message(b"", size=0)),
            (1, b"ERRF" + struct.pack("<I", 16) + struct.pack("<II", 0x80010000, 0xFFFFFFF0))]


def record():
    for name, host in (("filler", SERVER), ("scada", "10.0.4.20"), ("es", "10.0.4.21")):
        keys(name, host)
    with Lab("opcua") as lab:
        plc = lab.host("plc", BECKHOFF % 0x11, SERVER)
        scada = lab.host("scada", DELL % 0x20, "10.0.4.20")
        station = lab.host("es", HP % 0x21, "10.0.4.21")
        plc.start(server)
        plc.wait_port(4840)
        with lab.capture("discovery"):
            station.run(discovery)
        for case in (read_write, browse, identity, build_information, method, subscription, failures):
            with lab.capture(case.__name__):
                scada.run(client, case, "scada")
        with lab.capture("password_encrypted"):
            scada.run(client, read_write, "scada", None, "operator", "bottle-7")
        with lab.capture("signed"):
            station.run(client, read_write, "es", "Sign", "engineer", "bottle-7")
        with lab.capture("encrypted"):
            station.run(client, read_write, "es", "SignAndEncrypt", "engineer", "bottle-7")
        plc.stop()
        # A server without a certificate: nothing that a password could be encrypted with.
        plc.start(server, False)
        plc.wait_port(4840)
        with lab.capture("password_clear"):
            scada.run(client, read_write, "scada", None, "operator", "bottle-7")
        with lab.capture("password_wrong"):
            scada.run(client, read_write, "scada", None, "operator", "guess")
        mutate.cut_short(lab.folder, "method", message=5)
        little = lambda at, size: mutate.Field(at, size, "little")
        # Message size, chunk letter, channel, type number, service lengths further in.
        fields = [little(4, 4), little(3, 1), little(8, 4), little(24, 1), little(26, 2), little(40, 4), little(52, 4), little(59, 4), little(63, 4), little(67, 4)]
        mutate.hostile(lab.folder, "method", fields, header=26, prelude=4, extras=hostile(), messages_max=30, sessions_max=34)


if __name__ == "__main__":
    record()
