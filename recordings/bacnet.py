"""BACnet/IP: bacpypes3 as building controller and as operator station."""
import asyncio
import logging

import mutate
from lab import DELL, HONEYWELL, HP, Lab, say

CONTROLLER = "10.0.3.11"


def application(name, instance, address, vendor=17):
    from bacpypes3.ipv4.app import NormalApplication
    from bacpypes3.local.device import DeviceObject
    from bacpypes3.pdu import IPv4Address
    device = DeviceObject(objectIdentifier=("device", instance), objectName=name, vendorIdentifier=vendor, vendorName="Honeywell Inc.",
                          modelName="XCL8010A", firmwareRevision="XLWeb2 v2.04.12", applicationSoftwareVersion="2.1", location="Hall 3, roof",
                          description="Ventilation of the filling hall", serialNumber="4711-0815")
    return NormalApplication(device, IPv4Address(f"{address}/16"))


def controller():
    logging.disable(logging.CRITICAL)

    async def run():
        from bacpypes3.local.analog import AnalogInputObject, AnalogValueObject
        from bacpypes3.local.binary import BinaryValueObject
        from bacpypes3.local.cmd import Commandable
        app = application("AHU-1", 1001, CONTROLLER)

        class SetPoint(Commandable, AnalogValueObject):
            """A value that operators command."""

        app.add_object(AnalogInputObject(objectIdentifier=("analogInput", 1), objectName="Supply air", presentValue=19.5, units="degreesCelsius",
                                         statusFlags=[0, 0, 0, 0], eventState="normal", outOfService=False, covIncrement=0.1))
        point = SetPoint(objectIdentifier=("analogValue", 1), objectName="Set point", presentValue=21.0, units="degreesCelsius",
                         statusFlags=[0, 0, 0, 0], eventState="normal", outOfService=False, covIncrement=0.1, relinquishDefault=21.0)
        app.add_object(point)
        app.add_object(BinaryValueObject(objectIdentifier=("binaryValue", 1), objectName="Fan", presentValue="active", statusFlags=[0, 0, 0, 0],
                                         eventState="normal", outOfService=False))
        await asyncio.sleep(600)

    asyncio.run(run())


def station(work, address="10.0.4.20"):
    logging.disable(logging.CRITICAL)

    async def run():
        app = application("OPS", 3001, address, vendor=15)
        await asyncio.sleep(0.1)
        await work(app)
        await asyncio.sleep(0.2)
        app.close()

    asyncio.run(run())


async def asked(text, call):
    """Notes a request and its answer, or the error, reject or abort."""
    from bacpypes3.apdu import AbortPDU, ErrorRejectAbortNack
    try:
        answer = await call
        shown = answer if isinstance(answer, (str, int, float, list, tuple)) else str(answer)
        say(f"{text} -> {str(shown)[:200]}")
    except ErrorRejectAbortNack as problem:
        say(f"{text} -> {type(problem).__name__} {problem}")


async def request(app, text, apdu):
    """Sends one request that the library has no helper for."""
    from bacpypes3.pdu import Address
    apdu.pduDestination = Address(CONTROLLER)
    try:
        await asked(text, asyncio.wait_for(app.request(apdu), 4))
    except Exception as problem:
        say(f"{text} -> {type(problem).__name__} {problem}")


async def discovery(app):
    from bacpypes3.pdu import GlobalBroadcast, LocalBroadcast
    for device in await app.who_is(timeout=1):
        say("I-Am", device.iAmDeviceIdentifier, "vendor", device.vendorID)
    await app.who_is(1000, 1100, timeout=1)
    await app.who_is(4000, 4100, GlobalBroadcast(), timeout=1)
    for answer in await app.who_has(object_name="Set point", address=LocalBroadcast()) if hasattr(app, "who_has") else []:
        say("I-Have", answer)


async def identity(app):
    for name in ("objectName", "vendorName", "modelName", "firmwareRevision", "applicationSoftwareVersion", "location", "serialNumber"):
        await asked(f"read device,1001 {name}", app.read_property(CONTROLLER, "device,1001", name))


async def reads(app):
    await asked("read analog-input,1", app.read_property(CONTROLLER, "analog-input,1", "present-value"))
    await asked("read analog-value,1", app.read_property(CONTROLLER, "analog-value,1", "present-value"))
    await asked("read several", app.read_property_multiple(CONTROLLER, ["analog-input,1", ["present-value", "units"], "binary-value,1", ["present-value", "object-name"]]))
    await asked("read list", app.read_property(CONTROLLER, "device,1001", "object-list"))


async def writes(app):
    await asked("write analog-value,1 = 23.5 at 8", app.write_property(CONTROLLER, "analog-value,1", "present-value", 23.5, None, 8))
    await asked("read analog-value,1", app.read_property(CONTROLLER, "analog-value,1", "present-value"))
    await asked("release analog-value,1 at 8", app.write_property(CONTROLLER, "analog-value,1", "present-value", __import__("bacpypes3.primitivedata").primitivedata.Null(()), None, 8))
    await asked("write binary-value,1", app.write_property(CONTROLLER, "binary-value,1", "present-value", "inactive"))


async def failures(app):
    await asked("read analog-value,99", app.read_property(CONTROLLER, "analog-value,99", "present-value"))
    await asked("read unknown property", app.read_property(CONTROLLER, "analog-value,1", "notification-class"))
    await asked("write object type", app.write_property(CONTROLLER, "analog-input,1", "object-type", "binary-value"))


async def change_of_value(app):
    from bacpypes3.pdu import Address
    from bacpypes3.primitivedata import ObjectIdentifier
    async with app.change_of_value(Address(CONTROLLER), ObjectIdentifier("analog-value,1"), 1, True, 30) as scm:
        for _ in range(2):
            name, value = await asyncio.wait_for(scm.get_value(), 3)
            say("changed", name, value)
        await asked("write analog-value,1 = 25.5", app.write_property(CONTROLLER, "analog-value,1", "present-value", 25.5, None, 8))
        for _ in range(2):
            name, value = await asyncio.wait_for(scm.get_value(), 3)
            say("changed", name, value)


async def device_control(app):
    """Silence with a password, restart, clock: what a controller must not take from anyone."""
    from bacpypes3 import apdu
    from bacpypes3.basetypes import DateTime
    from bacpypes3.pdu import Address
    from bacpypes3.primitivedata import Date, Time
    now = DateTime(date=Date("2026-3-2"), time=Time("06:00:00"))
    sync = apdu.TimeSynchronizationRequest(time=now)
    sync.pduDestination = Address(CONTROLLER)
    await app.request(sync)
    say("time synchronisation sent")
    await request(app, "reinitialize warm start", apdu.ReinitializeDeviceRequest(reinitializedStateOfDevice="warmstart", password="filister"))
    await request(app, "reinitialize start backup", apdu.ReinitializeDeviceRequest(reinitializedStateOfDevice="start-backup", password="filister"))
    await request(app, "communication control disable", apdu.DeviceCommunicationControlRequest(timeDuration=1, enableDisable="disable", password="filister"))


async def other_services(app):
    from bacpypes3 import apdu, basetypes
    from bacpypes3.primitivedata import ObjectIdentifier
    part = basetypes.AtomicReadFileRequestAccessMethodChoiceStreamAccess(fileStartPosition=0, requestedOctetCount=100)
    await request(app, "read file 1", apdu.AtomicReadFileRequest(
        fileIdentifier=ObjectIdentifier("file,1"), accessMethod=basetypes.AtomicReadFileRequestAccessMethodChoice(streamAccess=part)))
    await request(app, "delete object", apdu.DeleteObjectRequest(objectIdentifier=ObjectIdentifier("analog-value,1")))
    await request(app, "alarm summary", apdu.GetAlarmSummaryRequest())


def composed(folder):
    """What needs more than two stations, byte by byte: a device on a serial segment behind a router (source network in
    the NPDU), a broadcast forwarded by a BBMD, a foreign device that registers, an answer in segments."""
    import frames
    start = 1_767_600_000 * 10**9
    router = frames.End(frames.mac(HONEYWELL % 0x12), frames.ip("10.0.3.12"), 47808)
    ops = frames.End(frames.mac(DELL % 0x20), frames.ip("10.0.4.20"), 47808)
    everyone = frames.End(b"\xff" * 6, frames.ip("10.0.255.255"), 47808)
    out = []

    def put(source, target, function, text):
        body = bytes.fromhex(text)
        out.append(frames.Packet(start + len(out) * 10**7, frames.udp(source, target, b"\x81" + bytes([function]) + (4 + len(body)).to_bytes(2, "big") + body)))

    def keep(name):
        frames.write(folder / f"{name}.pcap", out)
        out.clear()

    put(ops, everyone, 0x0B, "0120 ffff 00 ff 1008")                                                  # who-is, global
    put(router, everyone, 0x0B, "0108 0005 01 01 1000 c4 0200006f 2201e0 9103 212a")                  # I-am 111 on network 5, MAC 1, vendor 42
    put(router, everyone, 0x0B, "0108 0005 01 02 1000 c4 02000070 2201e0 9103 212a")                  # I-am 112, MAC 2
    put(ops, router, 0x0A, "0124 0005 01 01 ff 0201 05 0c 0c 0200006f 1946")                          # read device,111 model name of MAC 1
    put(router, ops, 0x0A, "0108 0005 01 01 30 05 0c 0c 0200006f 1946 3e 75 09 00 545232302d4d53 54 3f".replace("545232302d4d53 54", "545232302d4d5354"))
    put(ops, router, 0x0A, "0124 0005 01 02 ff 0201 06 0f 0c 00800001 1955 3e 44 41b80000 3f 4908")   # write analog-value,1 of MAC 2
    put(router, ops, 0x0A, "0108 0005 01 02 20 06 0f")
    keep("behind_router")
    put(router, everyone, 0x04, "0a000414 bac0 0120 ffff 00 ff 1008".replace("0a000414 bac0", "0a000415bac0"))   # forwarded for 10.0.4.21
    put(ops, router, 0x05, "003c")                                                                     # register foreign device, 60 s
    put(router, ops, 0x00, "0000")                                                                     # result: ok
    put(ops, router, 0x02, "")                                                                         # read broadcast table
    put(router, ops, 0x03, "0a00030c bac0 ffffffff")
    put(ops, router, 0x01, "0a00030c bac0 ffffffff 0a000414 bac0 ffffffff")                            # write broadcast table
    put(router, ops, 0x00, "0010")                                                                     # refused
    keep("broadcast_management")
    names = b"".join(b"\xc4" + (0x00800000 + n).to_bytes(4, "big") for n in range(60)).hex()
    put(ops, router, 0x0A, "0104 0275 09 0c 0c 02000001 194c")                                         # read the object list, segments accepted
    put(router, ops, 0x0A, "0100 3c 09 00 02 0c 0c 02000001 194c 3e" + names[:300])
    put(ops, router, 0x0A, "0100 40 09 00 02")
    put(router, ops, 0x0A, "0100 38 09 01 02 0c" + names[300:] + "3f")
    put(ops, router, 0x0A, "0100 40 09 01 02")
    keep("segments")


def hostile():
    """Tags that are longer than the frame, opening tags without end, addresses that are longer than allowed, segments out of order."""
    bvlc = lambda body, function=10: b"\x81" + bytes([function]) + (4 + len(body)).to_bytes(2, "big") + body
    return [(0, bvlc(bytes.fromhex("0104020109 0f") + b"\x3e" * 300)), (0, bvlc(bytes.fromhex("0104 0201 09 0c 0d fe ffff"))),
            (0, bvlc(bytes.fromhex("0104 0201 09 0c 0d ff ffffffff"))), (0, bvlc(bytes.fromhex("012c ffff ff") + b"\1" * 20)), (0, bvlc(bytes.fromhex("0120 0005 00"))),
            (1, bvlc(bytes.fromhex("0100 3c 09 ff 00 0c 3e"))), (0, bvlc(b"\x01\x80\xff")), (0, bvlc(b"", 4)), (0, bvlc(b"\x0a\0\4", 4)), (0, b"\x81\x0a\xff\xff\x01\x00"),
            (1, bvlc(bytes.fromhex("0100 30 09 0e 0c 02000001") + b"\x1e\x29\x55\x4e\x2e\x5f\x4f" * 30))]


def record():
    with Lab("bacnet") as lab:
        plc = lab.host("plc", HONEYWELL % 0x11, CONTROLLER)
        ops = lab.host("ops", DELL % 0x20, "10.0.4.20")
        es = lab.host("es", HP % 0x21, "10.0.4.21")
        plc.start(controller)
        plc.wait_port(47808, "udp")
        for case in (discovery, identity, reads, writes, failures, change_of_value, other_services):
            with lab.capture(case.__name__):
                ops.run(station, case)
        with lab.capture("device_control"):
            es.run(station, device_control, "10.0.4.21")
        composed(lab.folder)
        mutate.cut_short(lab.folder, "writes", message=1)
        # BVLC function and length, NPDU control, APDU type, invoke id, service, tags and their lengths.
        fields = [mutate.Field(1), mutate.Field(2, 2), mutate.Field(5), mutate.Field(6), mutate.Field(7), mutate.Field(8), mutate.Field(9), mutate.Field(10), mutate.Field(15), mutate.Field(17)]
        mutate.hostile(lab.folder, "writes", fields, header=6, extras=hostile())


if __name__ == "__main__":
    record()
