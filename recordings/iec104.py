"""IEC 60870-5-104: c104 (on lib60870-C) as a substation's telecontrol unit and as the control centre."""
import time

import mutate
from lab import DELL, PHOENIX, Lab, say

RTU = "10.0.3.11"


def rtu():
    """Station 47 with the usual points; set point 203 is refused by its own logic. Station 48 has one point."""
    import c104
    server = c104.Server(ip="0.0.0.0", port=2404, tick_rate_ms=100)
    station = server.add_station(common_address=47)
    t = c104.Type
    values = {}
    for address, kind, value in ((1, t.M_SP_NA_1, True), (2, t.M_DP_TB_1, c104.Double.ON), (11, t.M_ME_NC_1, 109.5), (12, t.M_ME_NB_1, c104.Int16(400)),
                                 (13, t.M_ME_TF_1, 50.01), (21, t.M_ST_NA_1, c104.Int7(3)), (31, t.M_BO_NA_1, c104.Byte32(0xA5))):
        values[address] = station.add_point(io_address=address, type=kind)
        values[address].value = value
    station.add_point(io_address=41, type=t.M_IT_NA_1).value = 12345

    def accept(point: c104.Point, previous_info: c104.Information, message: c104.IncomingMessage) -> c104.ResponseState:
        return c104.ResponseState.SUCCESS

    def refuse(point: c104.Point, previous_info: c104.Information, message: c104.IncomingMessage) -> c104.ResponseState:
        return c104.ResponseState.FAILURE

    direct, selected = c104.CommandMode.DIRECT, c104.CommandMode.SELECT_AND_EXECUTE
    for address, kind, mode, answer in ((101, t.C_SC_NA_1, direct, accept), (102, t.C_DC_NA_1, selected, accept), (103, t.C_RC_NA_1, direct, accept),
                                        (201, t.C_SE_NC_1, direct, accept), (202, t.C_SE_NB_1, direct, accept), (203, t.C_SE_NA_1, direct, refuse),
                                        (204, t.C_BO_NA_1, direct, accept), (111, t.C_SC_TA_1, direct, accept)):
        station.add_point(io_address=address, type=kind, command_mode=mode).on_receive(callable=answer)
    server.add_station(common_address=48).add_point(io_address=1, type=t.M_SP_NA_1).value = False
    server.start()
    while True:
        time.sleep(1.5)
        if server.has_active_connections:
            values[11].value += 0.5
            values[11].transmit(cause=c104.Cot.SPONTANEOUS)


def centre(work):
    import c104
    client = c104.Client(tick_rate_ms=100, command_timeout_ms=2000)
    connection = client.add_connection(ip=RTU, port=2404, init=c104.Init.NONE)
    client.start()
    connection.connect()
    for _ in range(100):
        if connection.state in (c104.ConnectionState.OPEN, c104.ConnectionState.OPEN_MUTED):
            break
        time.sleep(0.05)
    say("connection", connection.state)
    if connection.is_muted:
        say("start of data transfer ->", connection.unmute())
    station = connection.add_station(common_address=47)
    work(c104, connection, station)
    time.sleep(0.3)
    client.stop()


def interrogation(c104, connection, station):
    say("interrogation 47 ->", connection.interrogation(common_address=47))
    say("counter interrogation 47 ->", connection.counter_interrogation(common_address=47))
    say("interrogation 48 ->", connection.interrogation(common_address=48))
    time.sleep(0.5)
    for point in station.points:
        say("point", point.io_address, point.type.name, point.value)


def commands(c104, connection, station):
    t, mode = c104.Type, c104.CommandMode
    for address, kind, how, value in ((101, t.C_SC_NA_1, mode.DIRECT, True), (102, t.C_DC_NA_1, mode.SELECT_AND_EXECUTE, c104.Double.OFF),
                                      (103, t.C_RC_NA_1, mode.DIRECT, c104.Step.HIGHER), (111, t.C_SC_TA_1, mode.DIRECT, False)):
        point = station.add_point(io_address=address, type=kind, command_mode=how)
        point.value = value
        say(f"command {address} {kind.name} {how.name} {value} ->", point.transmit(cause=c104.Cot.ACTIVATION))


def set_points(c104, connection, station):
    t = c104.Type
    for address, kind, value in ((201, t.C_SE_NC_1, 21.5), (202, t.C_SE_NB_1, c104.Int16(1450)), (203, t.C_SE_NA_1, c104.NormalizedFloat(0.5)),
                                 (204, t.C_BO_NA_1, c104.Byte32(0xFF))):
        point = station.add_point(io_address=address, type=kind)
        point.value = value
        say(f"set point {address} {kind.name} {value} ->", point.transmit(cause=c104.Cot.ACTIVATION))


def refused(c104, connection, station):
    """An object, a type and a station that the unit does not have."""
    t = c104.Type
    for address, kind, value in ((999, t.C_SC_NA_1, True), (201, t.C_SC_NA_1, True), (203, t.C_SE_NA_1, c104.NormalizedFloat(0.5))):
        holder = connection.add_station(common_address=47) or connection.get_station(common_address=47)
        point = holder.add_point(io_address=address, type=kind) or holder.get_point(address)
        point.value = value
        say(f"command {address} {kind.name} ->", point.transmit(cause=c104.Cot.ACTIVATION))
        holder.remove_point(address)
    say("interrogation 99 ->", connection.interrogation(common_address=99))


def clock(c104, connection, station):
    say("clock 47 ->", connection.clock_sync(common_address=47))
    say("test 47 ->", connection.test(common_address=47))


def reads(c104, connection, station):
    for address, kind in ((1, c104.Type.M_SP_NA_1), (11, c104.Type.M_ME_NC_1)):
        say(f"read {address} ->", station.add_point(io_address=address, type=kind).read())


def spontaneous(c104, connection, station):
    time.sleep(3.5)


def silenced(c104, connection, station):
    """The centre stops the transfer of data, and later starts it again."""
    time.sleep(0.5)
    say("stop of data transfer ->", connection.mute())
    time.sleep(2)
    say("start of data transfer ->", connection.unmute())


def composed(folder):
    """What lib60870 does not do from here, byte by byte: reset, parameters, a file, an object list that came without
    its station's confirmation, the short profile (1-byte cause, 2-byte object address), a lost frame."""
    import frames
    unit = frames.End(frames.mac(PHOENIX % 0x12), frames.ip("10.0.3.12"), 2404)
    head = frames.End(frames.mac(DELL % 0x20), frames.ip("10.0.4.20"), 41022)
    start = 1_767_600_000 * 10**9

    class Talk:
        def __init__(self):
            self.s, self.sent = frames.Session(head, unit, start), [0, 0]
            self.s.say(0, bytes.fromhex("680407000000"))
            self.s.say(1, bytes.fromhex("68040b000000"))

        def put(self, side, text):
            asdu = bytes.fromhex(text)
            numbers = (self.sent[side] << 1).to_bytes(2, "little") + (self.sent[1 - side] << 1).to_bytes(2, "little")
            self.sent[side] += 1
            self.s.say(side, b"\x68" + bytes([4 + len(asdu)]) + numbers + asdu)

        def keep(self, name):
            self.s.say(0, b"\x68\x04\x01\0" + (self.sent[1] << 1).to_bytes(2, "little"))
            self.s.close()
            frames.write(folder / f"{name}.pcap", self.s.packets)

    t = Talk()
    t.put(0, "69 01 06 00 2f00 000000 01")                       # reset process, activation
    t.put(1, "69 01 07 00 2f00 000000 01")                       # confirmed
    t.put(1, "46 01 04 00 2f00 000000 02")                       # end of initialisation after a remote reset
    t.keep("reset_process")
    t = Talk()
    t.put(0, "70 01 06 00 2f00 0b0000 00002042 01")              # parameter of measured value, short
    t.put(1, "70 01 07 00 2f00 0b0000 00002042 01")
    t.put(0, "71 01 06 00 2f00 0b0000 01")                       # parameter activation
    t.put(1, "71 01 47 00 2f00 0b0000 01")                       # negative
    t.keep("parameters")
    t = Talk()
    t.put(0, "7a 01 05 00 2f00 000000 0000 00 00")               # call directory
    t.put(1, "7e 01 05 00 2f00 000000 0100 240000 20 00000c0c0b031a")
    t.put(0, "7a 01 0d 00 2f00 000000 0100 00 01")               # select file
    t.put(1, "78 01 0d 00 2f00 000000 0100 240000 00")           # file ready
    t.put(0, "7a 01 0d 00 2f00 000000 0100 01 02")               # request file
    t.put(1, "79 01 0d 00 2f00 000000 0100 01 240000 00")        # section ready
    t.put(0, "7a 01 0d 00 2f00 000000 0100 01 06")               # call section
    t.put(1, "7d 01 0d 00 2f00 000000 0100 01 24" + "aa" * 36)   # segment
    t.put(1, "7b 01 0d 00 2f00 000000 0100 01 03 00")            # last segment
    t.put(0, "7c 01 0d 00 2f00 000000 0100 01 03")               # acknowledge
    t.keep("file_transfer")
    t = Talk()
    for n in range(4):
        t.put(1, f"01 01 03 2f00 0{n + 1}00 01")                   # single point, spontaneous
    t.put(0, "2d 01 06 2f00 6500 01")                            # single command, activation
    t.put(1, "2d 01 07 2f00 6500 01")
    t.keep("short_profile")
    t = Talk()
    t.put(0, "2d 01 06 00 2f00 650000 81")                       # select
    t.sent[1] += 3                                               # three frames of the unit are missing in the recording
    t.put(1, "2d 01 07 00 2f00 650000 81")
    t.put(0, "2d 01 06 00 2f00 650000 01")                       # execute
    t.put(1, "2d 01 07 00 2f00 650000 01")
    t.put(1, "2d 01 0a 00 2f00 650000 01")                       # termination
    t.keep("lost_frames")


def hostile():
    """Counts beyond the length, objects without addresses, lengths below the control field, U frames with all bits."""
    i = lambda asdu: b"\x68" + bytes([(4 + len(asdu)) % 256]) + b"\0\0\0\0" + asdu
    return [(1, i(bytes.fromhex("0dff14002f00") + b"\x0b\0\0" + b"\0" * 5)), (1, i(bytes.fromhex("0d7f14002f00") + b"\x0b\0\0" + b"\0" * 5)),
            (0, i(bytes.fromhex("2d0006002f00"))), (0, b"\x68\x00"), (0, b"\x68\x03\0\0\0"), (0, b"\x68\xff" + bytes(255)), (0, b"\x68\x04\xff\xff\xff\xff"),
            (1, i(bytes.fromhex("7d010d002f00000000010001ff") + b"\xaa" * 20)), (0, b"\x68\x04\x07\0\0\0" * 60), (1, i(b"\xff\x01\xff\xff\xff\xff\xff\xff\xff\xff"))]


def record():
    with Lab("iec104") as lab:
        unit = lab.host("rtu", PHOENIX % 0x11, RTU)
        head = lab.host("centre", DELL % 0x20, "10.0.4.20")
        unit.start(rtu)
        unit.wait_port(2404)
        for case in (interrogation, commands, set_points, refused, clock, reads, spontaneous, silenced):
            with lab.capture(case.__name__):
                head.run(centre, case)
        composed(lab.folder)
        mutate.cut_short(lab.folder, "commands", message=2, keep=9)
        # Length, control, type, count, cause, station, object address.
        fields = [mutate.Field(1), mutate.Field(2), mutate.Field(6), mutate.Field(7), mutate.Field(8), mutate.Field(10, 2, "little"), mutate.Field(12, 3, "little")]
        mutate.hostile(lab.folder, "commands", fields, header=8, prelude=2, extras=hostile())


if __name__ == "__main__":
    record()
