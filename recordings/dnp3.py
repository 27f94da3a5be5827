"""DNP3: yadnp3 (a fork of opendnp3) as outstation and as master."""
import struct
import time

import mutate
from lab import DELL, SEL, Lab, say

OUTSTATION = "10.0.3.11"
MASTER_LINK, OUTSTATION_LINK = 1, 10


def outstation():
    import opendnp3 as o

    class Commands(o.ICommandHandler):
        """Takes controls below index 5 and refuses the rest."""

        def Begin(self):
            pass

        def End(self):
            pass

        def Select(self, command, index):
            return o.CommandStatus.SUCCESS if index < 5 else o.CommandStatus.NOT_SUPPORTED

        def Operate(self, command, index, handler, kind):
            return o.CommandStatus.SUCCESS if index < 5 else o.CommandStatus.NOT_SUPPORTED

    class Station(o.IOutstationApplication):
        """Restarts when asked and takes the time."""

        def ColdRestartSupport(self):
            return o.RestartMode.SUPPORTED_DELAY_FINE

        def WarmRestartSupport(self):
            return o.RestartMode.SUPPORTED_DELAY_FINE

        def ColdRestart(self):
            return 5000

        def WarmRestart(self):
            return 1000

        def SupportsWriteAbsoluteTime(self):
            return True

        def WriteAbsoluteTime(self, timestamp):
            return True

    manager = o.DNP3Manager(1)
    channel = manager.AddTCPServer("server", o.LogLevels(), o.ServerAcceptMode.CloseExisting, o.IPEndpoint("0.0.0.0", 20000), None)
    database = o.DatabaseConfig(5)
    # Kinds that tshark cannot read are left out.
    database.octet_string, database.time_and_interval = {}, {}
    config = o.OutstationStackConfig(database)
    config.outstation.eventBufferConfig = o.EventBufferConfig.AllTypes(20)
    config.outstation.params.allowUnsolicited = True
    config.link.LocalAddr, config.link.RemoteAddr = OUTSTATION_LINK, MASTER_LINK
    commands, station = Commands(), Station()
    unit = channel.AddOutstation("outstation", commands, station, config)
    unit.Enable()
    level = 0
    while True:
        time.sleep(1)
        level += 1
        update = o.UpdateBuilder()
        update.Update(o.Analog(100.0 + level), 0)
        update.Update(o.Binary(level % 2 == 0), 1)
        unit.Apply(update.Build())


def master(work, clock=False):
    import opendnp3 as o

    class Values(o.ISOEHandler):
        """Notes how many values of which kind came."""

        def BeginFragment(self, info):
            pass

        def EndFragment(self, info):
            pass

        def Process(self, info, values):
            say(f"received group {info.gv} values {len(list(values))}")

    class Application(o.IMasterApplication):
        def OnReceiveIIN(self, iin):
            pass

    manager = o.DNP3Manager(1)
    retry = o.ChannelRetry.Default()
    channel = manager.AddTCPClient("client", o.LogLevels(), retry, [o.IPEndpoint(OUTSTATION, 20000)], "0.0.0.0", None)
    config = o.MasterStackConfig()
    config.link.LocalAddr, config.link.RemoteAddr = MASTER_LINK, OUTSTATION_LINK
    config.master.responseTimeout = o.TimeDuration.Seconds(2)
    config.master.disableUnsolOnStartup = True
    config.master.timeSyncMode = o.TimeSyncMode.LAN if clock else getattr(o.TimeSyncMode, "None")
    values, application = Values(), Application()
    m = channel.AddMaster("master", values, application, config)
    m.Enable()
    time.sleep(0.7)
    work(o, m, values)
    time.sleep(0.4)
    manager.Shutdown()


def told(text, call, seconds=1.0):
    """Starts a task and notes what its callback says."""
    answers = []
    call(answers.append)
    time.sleep(seconds)
    for answer in answers:
        shown = [f"{r.index} {r.status}" for r in answer.to_list()] if hasattr(answer, "to_list") else getattr(answer, "summary", answer)
        say(f"{text} -> {shown}")
    if not answers:
        say(f"{text} -> nothing")


def reads(o, m, values):
    for text, call in (("integrity", lambda: m.ScanClasses(o.ClassField.AllClasses(), values)), ("events", lambda: m.ScanClasses(o.ClassField.AllEventClasses(), values)),
                       ("group 30 var 5, 0 to 2", lambda: m.ScanRange(o.GroupVariationID(30, 5), 0, 2, values)),
                       ("device attributes", lambda: m.Scan([o.Header.AllObjects(0, 254)], values))):
        say("scan", text)
        call()
        time.sleep(0.7)


def controls(o, m, values):
    crob = lambda kind: o.ControlRelayOutputBlock(kind)
    told("direct operate latch on 2", lambda done: m.DirectOperate(crob(o.OperationType.LATCH_ON), 2, done))
    told("select and operate pulse on 3", lambda done: m.SelectAndOperate(crob(o.OperationType.PULSE_ON), 3, done))
    told("direct operate set point 1 = 21.5", lambda done: m.DirectOperate(o.AnalogOutputFloat32(21.5), 1, done))
    told("direct operate latch off 9", lambda done: m.DirectOperate(crob(o.OperationType.LATCH_OFF), 9, done))


def restarts(o, m, values):
    told("warm restart", lambda done: m.Restart(o.RestartType.WARM, done))
    told("cold restart", lambda done: m.Restart(o.RestartType.COLD, done))


def settings(o, m, values):
    functions = (("disable unsolicited", o.FunctionCode.DISABLE_UNSOLICITED, [o.Header.AllObjects(60, 2)]), ("assign class", o.FunctionCode.ASSIGN_CLASS, [o.Header.AllObjects(60, 2), o.Header.AllObjects(1, 0)]),
                 ("freeze counters", o.FunctionCode.IMMED_FREEZE, [o.Header.AllObjects(20, 0)]), ("stop application", o.FunctionCode.STOP_APPLICATION, []),
                 ("start application", o.FunctionCode.START_APPLICATION, []))
    for name, code, headers in functions:
        say("perform", name)
        m.PerformFunction(name, code, headers)
        time.sleep(0.6)


def unsolicited(o, m, values):
    time.sleep(3)


def files(o, m, values):
    told("read file", lambda done: m.ReadFile("/config/settings.txt", done), 1.5)


def crc(data):
    """The check sequence of IEEE 1815: polynomial 0x3D65, bits turned round, inverted."""
    value = 0
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0xA6BC if value & 1 else 0)
    return struct.pack("<H", value ^ 0xFFFF)


def link(control, target, source, user=b""):
    head = b"\x05\x64" + bytes([5 + len(user), control]) + struct.pack("<HH", target, source)
    return head + crc(head) + b"".join(user[n:n + 16] + crc(user[n:n + 16]) for n in range(0, len(user), 16))


def composed(folder):
    """What needs a device with a face, byte by byte: attributes of the device (group 0), a file, two outstations behind one
    address, a broken check sequence, an answer in two transport segments, UDP."""
    import frames
    start = 1_767_600_000 * 10**9
    unit = frames.End(frames.mac(SEL % 0x12), frames.ip("10.0.3.12"), 20000)
    head = frames.End(frames.mac(DELL % 0x20), frames.ip("10.0.4.20"), 40122)

    def ask(number, function, objects="", target=10, transport=None):
        return link(0xC4, target, 1, bytes([0xC0 | number if transport is None else transport, 0xC0 | number, function]) + bytes.fromhex(objects))

    def answer(number, objects="", source=10, iin="0000"):
        return link(0x44, 1, source, bytes([0xC0 | number, 0xC0 | number, 129]) + bytes.fromhex(iin) + bytes.fromhex(objects))

    def attribute(variation, text):
        return bytes([0, variation, 0, 0, 0, 1, len(text)]).hex() + text.encode().hex()

    s = frames.Session(head, unit, start)
    for number, (variation, text) in enumerate(((252, "SEL"), (250, "SEL-3530 RTAC"), (242, "R148-V3"), (243, "A1"), (248, "1120450188"), (247, "Bay 4"), (245, "Hall 3"))):
        s.say(0, ask(number, 1, f"00{variation:02x}000000"))
        s.say(1, answer(number, attribute(variation, text)))
    s.close()
    frames.write(folder / "identity.pcap", s.packets)

    s = frames.Session(head, unit, start)
    s.say(0, ask(1, 29, "4602 5b01 1c00 0c00 0800 1400 0800 00000000 6f70657261746f72 70617373776f7264"))      # authenticate (group 70)
    name = b"/settings.txt"
    request = b"\x46\x03\x5b\x01" + struct.pack("<H", 26 + len(name)) + struct.pack("<HHQHIIHHH", 26, len(name), 0, 0x1FF, 0, 0, 1, 512, 1)[:26] + name
    s.say(0, ask(2, 25, request.hex()))                                                                     # open
    s.say(1, answer(2, "4604 5b01 0d00 04030201 24000000 0002 0100 00"))
    s.say(0, ask(3, 1, "4605 5b01 0800 04030201 00000000"))                                                 # read a block
    s.say(1, answer(3, "4605 5b01 2c00 04030201 00000080" + "41" * 36))
    s.say(0, ask(4, 26, "4604 5b01 0d00 04030201 00000000 0000 0100 00"))                                             # close
    s.say(1, answer(4, "4604 5b01 0d00 04030201 24000000 0002 0100 00"))
    s.say(0, ask(5, 27, request.hex()))                                                                     # delete
    s.say(1, answer(5, iin="0004"))
    s.close()
    frames.write(folder / "files_composed.pcap", s.packets)

    s = frames.Session(head, unit, start)
    for address in (10, 11, 12):
        s.say(0, ask(address & 15, 1, "3c0206", target=address))
        s.say(1, answer(address & 15, "1e0100 00 01 01 64000000 01 65000000".replace(" ", ""), source=address))
    s.say(0, ask(1, 6, "0c01 17 01 00 01 01 00000000 00000000 00".replace(" ", ""), target=0xFFFF))         # broadcast, no answer wanted
    s.close()
    frames.write(folder / "several_outstations.pcap", s.packets)

    s = frames.Session(head, unit, start)
    s.say(0, ask(1, 1, "3c0206"))
    broken = bytearray(answer(1, "1e0100 00 01 01 64000000 01 65000000".replace(" ", "")))
    broken[-1] ^= 0xFF
    s.say(1, bytes(broken))
    s.say(0, ask(2, 1, "3c0106"))
    long = b"\x1e\x01\x00\x00\x3b" + b"".join(b"\x01" + struct.pack("<i", n) for n in range(60))
    body = b"\xc2\x81\x00\x00" + long
    s.say(1, link(0x44, 1, 10, b"\x41" + body[:200]))
    s.say(1, link(0x44, 1, 10, b"\x82" + body[200:]))
    s.say(0, link(0xC9, 10, 1))                                                                              # request link status
    s.say(1, link(0x0B, 1, 10))
    s.close()
    frames.write(folder / "segments_and_check.pcap", s.packets)

    out = []
    for n, (source, target, payload) in enumerate(((head, unit, ask(1, 1, "3c0206")), (unit, head, answer(1, "1e0100 00 00 01 64000000".replace(" ", ""))),
                                                   (head, unit, ask(2, 5, "0c01 17 01 00 01 01 00000000 00000000 00".replace(" ", ""))),
                                                   (unit, head, answer(2, "0c01 17 01 00 01 01 00000000 00000000 00".replace(" ", ""))))):
        out.append(frames.Packet(start + n * 10**7, frames.udp(source, target, payload)))
    frames.write(folder / "udp.pcap", out)


def hostile():
    """Whole check sequences around headers that promise too much: counts, ranges, qualifiers, file sizes."""
    req = lambda body: link(0xC4, OUTSTATION_LINK, MASTER_LINK, b"\xc1" + body)
    rsp = lambda body: link(0x44, MASTER_LINK, OUTSTATION_LINK, b"\xc1" + body)
    return [(0, req(b"\xc1\x01\x1e\x01\x09" + b"\xff" * 4)), (0, req(b"\xc1\x01\x1e\x01\x02" + struct.pack("<II", 0, 0xFFFFFFFF))), (0, req(b"\xc1\x01\x01\x01\x00\xff\x00")),
            (0, req(b"\xc1\x02\x46\x03\x5b\xff\xff\xff")), (1, rsp(b"\xc1\x81\0\0\x1e\x01\x28\xff\xff")), (1, rsp(b"\xc1\x81\0\0\x6f\xff\x00\x00\xff")), (0, req(b"\xc1\x05\x0c\x01\x5b\xff" + b"\x28" * 40)),
            (0, b"\x05\x64\x00\xc4\x0a\0\x01\0\0\0"), (0, b"\x05\x64\xff\xc4\x0a\0\x01\0" + bytes(40)), (0, b"\x05\x64" * 80)]


def record():
    with Lab("dnp3") as lab:
        unit = lab.host("outstation", SEL % 0x11, OUTSTATION)
        head = lab.host("master", DELL % 0x20, "10.0.4.20")
        unit.start(outstation)
        unit.wait_port(20000)
        for case, options in ((reads, {"clock": True}), (controls, {}), (settings, {}), (files, {}), (unsolicited, {}), (restarts, {})):
            with lab.capture(case.__name__):
                head.run(lambda: master(case, **options))
        composed(lab.folder)
        mutate.cut_short(lab.folder, "controls", message=2)
        # Link length, control, addresses, transport, application control, function, group, qualifier, count.
        fields = [mutate.Field(2), mutate.Field(3), mutate.Field(4, 2, "little"), mutate.Field(8, 2, "little"), mutate.Field(10), mutate.Field(11), mutate.Field(12), mutate.Field(13), mutate.Field(15), mutate.Field(16)]
        mutate.hostile(lab.folder, "controls", fields, header=10, extras=hostile())


if __name__ == "__main__":
    record()
