"""EtherNet/IP and CIP: cpppo as controller and client, pycomm3 as a second client."""
import logging
import os
import sys

import mutate
from lab import DELL, HP, ROCKWELL, Lab, Noting, say

CONTROLLER = "10.0.3.11"


def server(*more):
    """A controller with a few tags; cpppo answers as a 1756-L61/B."""
    logging.disable(logging.CRITICAL)
    os.chdir("/tmp")
    from cpppo.server.enip.main import main
    main(["--no-config", "-a", "0.0.0.0:44818", *more, "Level=REAL[10]", "Speed=DINT[20]", "Running=BOOL", "Recipe=INT[1000]",
          "Setpoint@0x04/100/3=SINT[8]"])


def cpppo(*arguments):
    """The command line of cpppo's client; it prints each tag with what came back."""
    logging.disable(logging.CRITICAL)
    os.chdir("/tmp")
    from cpppo.server.enip.client import main
    say("enip_client", *arguments)
    try:
        main(["-a", CONTROLLER, "--print", "-t", "3", *arguments])
    except Exception as problem:
        say(type(problem).__name__, problem)


def attributes(*names):
    """cpppo's get-attribute helper."""
    logging.disable(logging.CRITICAL)
    os.chdir("/tmp")
    from cpppo.server.enip.get_attribute import main
    say("enip_get_attribute", *names)
    main(["-a", CONTROLLER, *names])


def pycomm3(work, driver="CIPDriver", **options):
    import pycomm3 as library
    logging.disable(logging.CRITICAL)
    try:
        with getattr(library, driver)(CONTROLLER + ("/1/0" if driver == "CIPDriver" else ""), **options) as d:
            work(Noting(d), library)
    except library.PycommError as problem:
        say(type(problem).__name__, problem)


def connected(d, p):
    """Over a connection: identity, a tag read and written, and services that this controller refuses."""
    d.list_identity(CONTROLLER)
    d.get_module_info(0)
    ask = lambda name, service, class_code, instance, **k: d.generic_message(name=name, service=service, class_code=class_code, instance=instance, **k)
    ask("identity", 0x01, 0x01, 1)
    ask("one attribute", 0x0E, 0x01, 1, attribute=7)
    ask("assembly", 0x0E, 0x04, 100, attribute=3)
    ask("write assembly", 0x10, 0x04, 100, attribute=3, request_data=b"\x01\x02\x03\x04\x05\x06\x07\x08")
    ask("unknown attribute", 0x0E, 0x01, 1, attribute=99)
    ask("unknown class", 0x0E, 0x300, 1, attribute=1)


def unconnected(d, p):
    ask = lambda name, service, class_code, instance, **k: d.generic_message(
        name=name, service=service, class_code=class_code, instance=instance, connected=False, unconnected_send=True, route_path=True, **k)
    ask("identity over the backplane", 0x01, 0x01, 1)
    ask("interface", 0x0E, 0xF5, 1, attribute=5)


def run_state(d, p):
    """Stop, start and reset as an engineering station sends them. cpppo refuses them: each is a request that failed."""
    ask = lambda name, service, class_code, **k: d.generic_message(name=name, service=service, class_code=class_code, instance=1, **k)
    ask("stop", 0x07, 0x8E)
    ask("start", 0x06, 0x8E)
    ask("reset", 0x05, 0x01, request_data=b"\x00")
    ask("set clock", 0x04, 0x8B, request_data=b"\x01\x00\x06\x00" + bytes(8))


def logix(d, p):
    """What pycomm3 asks a Logix controller first: identity, name, the list of tags."""
    say(d.inner.info)


def pccc(d, p):
    d.read("N7:0")
    d.write(("N7:1", 1450))
    d.get_processor_type()


def composed(folder):
    """What the stacks do not do, byte by byte: a controller that obeys stop, start and reset; PCCC; cyclic I/O on UDP 2222."""
    import struct

    import frames
    plc = frames.End(frames.mac(ROCKWELL % 0x12), frames.ip("10.0.3.12"), 44818)
    drive = frames.End(frames.mac(ROCKWELL % 0x31), frames.ip("10.0.3.31"), 44818)
    station = frames.End(frames.mac(HP % 0x21), frames.ip("10.0.4.21"), 50210)
    start = 1_767_600_000 * 10**9
    context = [0]

    def encapsulated(command, session, data, status=0):
        return struct.pack("<HHII8sI", command, len(data), session, status, struct.pack("<Q", context[0]), 0) + data

    def unconnected_data(session, cip):
        return encapsulated(0x6F, session, struct.pack("<IHHHHHH", 0, 10, 2, 0, 0, 0xB2, len(cip)) + cip)

    def exchange(s, request, reply):
        context[0] += 1
        s.say(0, unconnected_data(0x1122, request))
        s.say(1, unconnected_data(0x1122, reply))

    def opened(client, server):
        s = frames.Session(client, server, start)
        s.say(0, encapsulated(0x65, 0, b"\x01\0\0\0"))
        s.say(1, encapsulated(0x65, 0x1122, b"\x01\0\0\0"))
        return s

    def closed(s):
        s.say(0, encapsulated(0x66, 0x1122, b""))
        s.close()
        return s.packets

    def path(class_code, instance):
        return b"\x02\x20" + bytes([class_code]) + b"\x24" + bytes([instance])

    def routed(message):
        """Unconnected send to the controller in slot 0."""
        return b"\x52" + path(6, 1) + b"\x0a\x0e" + struct.pack("<H", len(message)) + message + b"\0" * (len(message) % 2) + b"\x01\0\x01\0"

    # A stranger elsewhere begins like an empty List Identity: a small number and zeros. Nothing says EtherNet/IP.
    s = frames.Session(frames.End(station.mac, station.address, 50211), frames.End(plc.mac, frames.ip("203.0.113.7"), 46348), start)
    s.say(0, bytes.fromhex("03020f0100001c42100b0000010000000006000000000000"))
    s.say(1, b"\x63" + bytes(17) + b"\x2c\x0e" + bytes(4))
    s.say(1, bytes.fromhex("2a0e1e0018024c0f0300001000100b0d") + bytes(24))
    s.close()
    frames.write(folder / "look_alike.pcap", s.packets)

    s = opened(station, plc)
    for service, class_code, data in ((0x07, 0x8E, b""), (0x06, 0x8E, b""), (0x05, 0x01, b"\x01")):
        exchange(s, routed(bytes([service]) + path(class_code, 1) + data), bytes([service | 0x80, 0, 0, 0]))
    frames.write(folder / "stop_start_reset.pcap", closed(s))

    # PCCC inside CIP: requester id (7 bytes: vendor 0x004D, serial), command, status, transaction, function.
    s = opened(station, plc)

    def execute(number, command, function, data=b"", reply=b"", status=0):
        requester = b"\x07\x4d\0\x78\x56\x34\x12"
        exchange(s, b"\x4b" + path(0x67, 1) + requester + bytes([command, 0]) + struct.pack("<H", number) + bytes([function]) + data,
                 b"\xcb\0\0\0" + requester + bytes([command | 0x40, status]) + struct.pack("<H", number) + reply)

    identity = b"\0\xee\x4a\x9c\x23" + b"1766-L32BXB".ljust(11) + b"\0\0\x24\xfc\x01"
    execute(1, 0x06, 0x03, reply=identity)
    execute(2, 0x0F, 0xA2, b"\x04\x07\x89\x00\x00", struct.pack("<2h", 20, 1450))
    execute(3, 0x0F, 0xAA, b"\x02\x07\x89\x01\x00" + struct.pack("<h", 1500))
    execute(4, 0x0F, 0x80, b"\x01")
    execute(5, 0x0F, 0x80, b"\x06")
    execute(6, 0x0F, 0xA2, b"\x02\x63\x89\x00\x00", status=0x10)
    frames.write(folder / "pccc.pcap", closed(s))

    # Forward Open by the controller towards the drive, then both directions of I/O every 20 ms, then Forward Close.
    scanner = frames.End(plc.mac, plc.address, 51000)
    s = opened(scanner, drive)
    to_drive, to_plc = 0x11110001, 0x22220001
    opening = struct.pack("<BBIIHHIB3xIHIHB", 0x0A, 0x0E, 0, to_plc, 0x77, 1, 0x006C061A, 2, 20000, 0x4806, 20000, 0x480A, 0x01)
    points = b"\x04\x20\x04\x24\x06\x2c\x02\x2c\x01"
    exchange(s, b"\x54" + path(6, 1) + opening + points,
             b"\xd4\0\0\0" + struct.pack("<IIHHIIIBB", to_drive, to_plc, 0x77, 1, 0x006C061A, 20000, 20000, 0, 0))
    packets, at = list(s.packets), s.time_ns
    producer, consumer = frames.End(plc.mac, plc.address, 2222), frames.End(drive.mac, drive.address, 2222)
    for n in range(1, 16):
        for source, target, connection, data in ((producer, consumer, to_drive, struct.pack("<IhH", 1, 1450, n)),
                                                 (consumer, producer, to_plc, struct.pack("<hh", 0x0F, 1448 + n % 3))):
            item = struct.pack("<HHHII", 2, 0x8002, 8, connection, n) + struct.pack("<HHH", 0xB1, len(data) + 2, n) + data
            packets.append(frames.Packet(at, frames.udp(source, target, item)))
            at += 10_000_000
    s.packets.clear()
    s.time_ns = at
    exchange(s, b"\x4e" + path(6, 1) + struct.pack("<BBHHIBB", 0x0A, 0x0E, 0x77, 1, 0x006C061A, 4, 0) + points[1:],
             b"\xce\0\0\0" + struct.pack("<HHIBB", 0x77, 1, 0x006C061A, 0, 0))
    frames.write(folder / "cyclic_io.pcap", packets + closed(s))


def hostile():
    """Multiple service packets inside each other, unconnected sends inside each other, offsets and items that lie."""
    import struct

    def sent(cip, items=2, command=0x6F):
        body = struct.pack("<IHHHHHH", 0, 10, items, 0, 0, 0xB2, len(cip)) + cip
        return struct.pack("<HHII8sI", command, len(body), 0x1122, 0, b"hostile!", 0) + body

    several = b"\x03\x02\x20\x02\x24\x01"
    message = b"\x4c\x02\x20\x6b\x24\x00\x01\0"
    for _ in range(12):
        message = b"\x0a\x02\x20\x02\x24\x01" + struct.pack("<HH", 1, 4) + message
    sends = b"\x0e\x03\x20\x01\x24\x01\x30\x07"
    for _ in range(12):
        sends = b"\x52\x02\x20\x06\x24\x01\x0a\x0e" + struct.pack("<H", len(sends)) + sends + b"\x01\0\x01\0"
    same = b"\x0a\x02\x20\x02\x24\x01" + struct.pack("<H", 200) + struct.pack("<H", 2) * 200
    return [(0, sent(message)), (0, sent(sends)), (0, sent(same)), (0, sent(b"\x0a\x02\x20\x02\x24\x01\xff\xff")), (0, sent(several, items=0xFFFF)),
            (0, sent(b"\x4c\xff\x91\xff" + b"A" * 30)), (0, sent(b"\x4b\x02\x20\x67\x24\x01\xff\x4d")), (1, sent(b"\xcc\0\x06\xff" + b"\0" * 8)),
            (1, struct.pack("<HHII8sI", 0x63, 40, 0, 0, bytes(8), 0) + struct.pack("<HHH", 0xFFFF, 0x0C, 0xFFF0) + bytes(32) + b"\xff\xff")]


def record():
    with Lab("enip") as lab:
        plc = lab.host("plc", ROCKWELL % 0x11, CONTROLLER)
        hmi = lab.host("hmi", DELL % 0x20, "10.0.4.20")
        station = lab.host("es", HP % 0x21, "10.0.4.21")
        plc.start(server)
        plc.wait_port(44818)
        with lab.capture("list_identity"):
            station.run(cpppo, "--list-identity", "--list-interfaces")
        with lab.capture("list_services"):
            station.run(cpppo, "--list-services")
        with lab.capture("list_identity_udp"):
            station.run(cpppo, "--udp", "--list-identity")
        with lab.capture("attributes"):
            station.run(attributes, "@1/1", "@1/1/7", "@0xf5/1/6")
        with lab.capture("tags"):
            hmi.run(cpppo, "Level[0-3]", "Speed[5]", "Level[2]=(REAL)21.5", "Speed[0-1]=(DINT)1450,1500", "@4/100/3", "Level[20]")
        with lab.capture("unknown_tag"):
            hmi.run(cpppo, "Speed[5]", "Nothing")
        with lab.capture("tags_several"):
            hmi.run(cpppo, "--multiple", "Level[0-3]", "Speed[5]", "Running", "Speed[0-1]=(DINT)1450,1500", "Recipe[3]=(INT)7")
        with lab.capture("tags_fragmented"):
            hmi.run(cpppo, "--fragment", "Recipe[0-499]", "Recipe[10-11]=(INT)1,2")
        for case in (connected, unconnected, run_state):
            with lab.capture(case.__name__):
                station.run(pycomm3, case)
        with lab.capture("logix"):
            station.run(pycomm3, logix, "LogixDriver")
        with lab.capture("pccc_refused"):
            station.run(pycomm3, pccc, "SLCDriver")
        composed(lab.folder)
        mutate.cut_short(lab.folder, "tags", message=3)
        little = lambda at, size: mutate.Field(at, size, "little")
        # Encapsulation length, command, item count, item lengths, service, path size, embedded length, path inside.
        fields = [little(2, 2), little(0, 2), little(30, 2), little(34, 2), little(38, 2), little(40, 1), little(41, 1), little(48, 2), little(51, 1), little(53, 1)]
        mutate.hostile(lab.folder, "tags", fields, header=24, prelude=2, extras=hostile())


if __name__ == "__main__":
    record()
