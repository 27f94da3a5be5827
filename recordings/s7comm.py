"""S7comm: the snap7 library as controller and client; for loading programs, python-snap7 3 as the controller.

SNAP7 names a virtual environment with python-snap7 2.0.2, which brings the original snap7 library (it speaks as a CPU
315-2 PN/DP); the newer python-snap7 of the first environment is a stack of its own and knows block transfer as a controller.
"""
import ctypes
import os
import time

import frames
import mutate
from lab import DELL, HP, SIEMENS, Lab, Noting, say, use

SNAP7 = os.environ.get("SNAP7", "/opt/rec2")
CONTROLLER = "10.0.3.11"


def server():
    """The original snap7 server: data blocks 1 and 100, markers, inputs, outputs, timers, counters."""
    use(SNAP7)
    import snap7
    from snap7.type import SrvArea
    s = snap7.server.Server(log=False)
    areas = []
    for area, index, size in ((SrvArea.DB, 1, 512), (SrvArea.DB, 100, 64), (SrvArea.MK, 0, 128), (SrvArea.PA, 0, 128),
                              (SrvArea.PE, 0, 128), (SrvArea.TM, 0, 64), (SrvArea.CT, 0, 64)):
        block = (ctypes.c_uint8 * size)(*(n % 251 for n in range(size)))
        areas.append(block)
        s.register_area(area, index, block)
    s.start(tcp_port=102)
    s.set_cpu_status(8)
    while True:
        time.sleep(1)


def loading_server():
    """python-snap7 3 as a controller that takes and gives blocks."""
    from snap7.server import Server
    from snap7.type import SrvArea
    s = Server(log=False)
    block = bytearray(range(250)) * 4
    s.register_area(SrvArea.DB, 1, block)
    s.start(tcp_port=102)
    while True:
        time.sleep(1)


def show(answer):
    """Structures as their fields, bytes as hex."""
    if isinstance(answer, (bytes, bytearray)):
        return bytes(answer).hex(" ")
    if isinstance(answer, ctypes.Structure):
        return {n: getattr(answer, n) for n, *_ in answer._fields_ if not isinstance(getattr(answer, n), ctypes.Array)}
    if isinstance(answer, ctypes.Array):
        return list(answer)[:20]
    return answer


def client(work, kind=1, slot=2):
    """Connects as a programming device (1), a panel (2) or another station (3)."""
    use(SNAP7)
    import snap7
    c = snap7.client.Client()
    c.set_connection_type(kind)
    c.set_param(snap7.type.Parameter.PDURequest, 240)
    c.connect(CONTROLLER, 0, slot)
    say(f"connected as {'PG OP other'.split()[kind - 1]} to rack 0 slot {slot}")
    work(Noting(c, show))
    c.disconnect()


def reads(c):
    from snap7.type import Area
    c.db_read(1, 0, 16)
    c.read_area(Area.MK, 0, 10, 4)
    c.read_area(Area.PE, 0, 0, 2)
    c.read_area(Area.PA, 0, 0, 2)
    c.read_area(Area.TM, 0, 0, 2)
    c.read_area(Area.CT, 0, 0, 2)
    c.db_read(100, 8, 8)


def writes(c):
    from snap7.type import Area
    c.db_write(1, 20, bytearray(b"\x44\xfa\x00\x00"))
    c.write_area(Area.MK, 0, 10, bytearray(b"\x01"))
    c.write_area(Area.PA, 0, 4, bytearray(b"\xff\x00"))


def several(c):
    """Several variables in one job, for reading and for writing; one of them does not exist."""
    from snap7.type import Area, S7DataItem
    items = (S7DataItem * 3)()
    buffers = [ctypes.create_string_buffer(8) for _ in items]
    for item, buffer, (area, db, start, amount) in zip(items, buffers, ((Area.DB, 1, 0, 4), (Area.MK, 0, 2, 2), (Area.DB, 77, 0, 4))):
        item.Area, item.WordLen, item.DBNumber, item.Start, item.Amount = ctypes.c_int32(area.value), ctypes.c_int32(2), db, start, amount
        item.pData = ctypes.cast(buffer, ctypes.POINTER(ctypes.c_uint8))
    c.read_multi_vars(items)
    say("results", [i.Result for i in items])
    c.write_multi_vars(list(items))


def failures(c):
    """A data block that is not there, and one read past its end."""
    c.db_read(77, 0, 4)
    c.db_write(77, 0, bytearray(4))
    c.db_read(100, 60, 16)
    c.db_read(100, 0, 4)


def identity(c):
    c.get_order_code()
    c.get_cpu_info()
    c.get_cp_info()
    c.get_protection()


def system_lists(c):
    """With a small telegram size the list of lists comes in several answers."""
    c.read_szl_list()
    c.read_szl(0x0011, 0)
    c.read_szl(0x001C, 0)
    c.read_szl(0x0131, 2)
    c.read_szl(0x00A0, 0)
    c.get_cpu_state()
    c.read_szl(0x0F99, 0)


def stop_start(c):
    c.get_cpu_state()
    c.plc_stop()
    c.get_cpu_state()
    c.plc_hot_start()
    c.get_cpu_state()
    c.plc_stop()
    c.plc_cold_start()


def blocks(c):
    from snap7.type import Block
    c.list_blocks()
    c.list_blocks_of_type(Block.DB, 10)
    c.get_block_info(Block.DB, 1)
    c.get_block_info(Block.OB, 1)


def clock(c):
    import datetime
    c.get_plc_datetime()
    c.set_plc_datetime(datetime.datetime(2026, 3, 2, 6, 0, 0))
    c.set_plc_system_datetime()


def password(c):
    c.set_session_password("12345678")
    c.get_protection()
    c.clear_session_password()


def maintenance(c):
    c.compress(1000)
    c.copy_ram_to_rom(1000)


def refused_transfer(c):
    """The snap7 controller refuses to give or take blocks."""
    from snap7.type import Block
    c.full_upload(Block.DB, 1)
    c.upload(1)
    c.download(bytearray(block()), 1)
    c.delete(Block.DB, 100)


def block(number=1, size=300):
    """A data block as an engineering station would load it: 36 bytes of header, its body, 48 bytes of footer."""
    body = bytes(n % 256 for n in range(size))
    total = 36 + size + 48
    head = b"\x70\x70\x01\x01\x05\x0a" + number.to_bytes(2, "big") + total.to_bytes(4, "big") + bytes(4) + b"\x01\x23\x45\x67\x34\x56" * 2
    return head + bytes(2) + bytes(2) + bytes(2) + size.to_bytes(2, "big") + body + b"ENGINEERFILLING VALVES  ".ljust(48, b"\0")


def upload(c):
    from snap7.type import Block
    c.full_upload(Block.DB, 1)


def download(c):
    c.download(bytearray(block()), 1)


def composed(folder):
    """What snap7 does not do as a controller, byte by byte: a module identification that comes in two telegrams, the push
    of a mode transition, forced values, a variable table that modifies."""
    tpkt = lambda body: b"\x03\0" + (len(body) + 7).to_bytes(2, "big") + b"\x02\xf0\x80" + body

    def userdata(number, parameters, data):
        head = b"\x32\x07\0\0" + number.to_bytes(2, "big") + len(parameters).to_bytes(2, "big") + len(data).to_bytes(2, "big")
        return tpkt(head + parameters + data)

    def asked(group, function, data=b"\x0a\0\0\0", sequence=0, more=False):
        tail = bytes([8 if more else 4, 0x12 if more else 0x11, 0x40 | group, function, sequence]) + (b"\0\0\0\0" if more else b"")
        return b"\0\x01\x12" + tail, data

    def answered(group, function, data, sequence=1, reference=0, last=True):
        return b"\0\x01\x12\x08\x12" + bytes([0x80 | group, function, sequence, reference, 0 if last else 1, 0, 0]), data

    def block(data, code=0xFF):
        return bytes([code, 9]) + len(data).to_bytes(2, "big") + data

    def record(index, text):
        return index.to_bytes(2, "big") + text.encode().ljust(32, b"\0")

    def opened(client):
        s = frames.Session(client, plc, start)
        s.say(0, bytes.fromhex("0300001611e00000000100c0010ac1020100c2020102"))
        s.say(1, bytes.fromhex("0300001611d00001000300c0010ac1020100c2020102"))
        s.say(0, tpkt(bytes.fromhex("32010000ffff00080000f000000100010 1e0".replace(" ", ""))))
        s.say(1, tpkt(bytes.fromhex("32030000ffff000800000000f0000001000100f0")))
        return s

    start = 1_767_600_000 * 10**9
    plc = frames.End(frames.mac(SIEMENS % 0x12), frames.ip("10.0.3.12"), 102)
    station = frames.End(frames.mac(HP % 0x21), frames.ip("10.0.4.21"), 49731)

    names = [record(1, "Cell 2"), record(2, "Filler PLC"), record(3, "Line 4"), record(4, "Original Siemens Equipment"),
             record(5, "S C-X4U421302009"), record(7, "CPU 317-2 PN/DP"), record(8, "MMC 267FF11F"), record(9, "\0\x2a"), record(11, "Hall 3")]
    szl = bytes.fromhex("001c 0000 0022") + len(names).to_bytes(2, "big") + b"".join(names)
    s = opened(station)
    s.say(0, userdata(1, *asked(4, 1, block(b"\0\x1c\0\0"))))
    s.say(1, userdata(1, *answered(4, 1, block(szl[:212]), 1, 0xD6, last=False)))
    s.say(0, userdata(2, *asked(4, 1, sequence=1, more=True)))
    s.say(1, userdata(2, *answered(4, 1, block(szl[212:]), 1, 0xD6)))
    order = bytes.fromhex("0011 0000 001c 0003")
    order += b"\0\x016ES7 317-2EK14-0AB0 \0\xc0\0\x04\0\x01" + b"\0\x066ES7 317-2EK14-0AB0 \0\xc0\0\x04\0\x01"
    order += b"\0\x07" + b" " * 20 + b"\0\xc0\x56\x03\x02\x06"
    s.say(0, userdata(3, *asked(4, 1, block(b"\0\x11\0\0"))))
    s.say(1, userdata(3, *answered(4, 1, block(order))))
    s.close()
    frames.write(folder / "identity_in_parts.pcap", s.packets)

    s = opened(station)
    s.say(0, userdata(1, *asked(4, 2, block(b"\x01\0HmiRtm  "))))
    s.say(1, userdata(1, *answered(4, 2, block(b"\x02\0"))))
    s.say(0, tpkt(bytes.fromhex("32010000020000100000290000000000") + b"\x09P_PROGRAM"))
    s.say(1, tpkt(bytes.fromhex("320300000200000100000000 29".replace(" ", ""))))
    for mode in (0, 1, 2):
        s.say(1, userdata(8 + mode, b"\0\x01\x12\x08\x12\0" + bytes([mode, 0, 0, 0, 0, 0]), b""))
    s.close()
    frames.write(folder / "mode_transition.pcap", s.packets)

    s = opened(station)
    # Output byte 4 to 0xFF: sizes of parameters and data, parameters, number of items, area, factor, data block, address, value.
    modify = bytes.fromhex("0014 000e") + bytes(20) + bytes.fromhex("0001 2101 0000 0004 ff09 0001 ff00")
    s.say(0, userdata(1, *asked(1, 8, block(modify))))
    s.say(1, userdata(1, *answered(1, 8, block(b"\0\x04\0\0\0\x08\0\x01"))))
    s.say(0, userdata(2, *asked(1, 9, block(modify))))
    s.say(1, userdata(2, *answered(1, 9, block(b"\0\x04\0\0\0\x09\0\x01"))))
    s.say(0, userdata(3, *asked(1, 12, block(b""))))
    s.say(1, userdata(3, *answered(1, 12, block(b"", 0x0A), 1)))
    s.close()
    frames.write(folder / "forced_values.pcap", s.packets)


def hostile():
    """Items that promise more than there is, system lists of absurd size, telegrams in telegrams."""
    tpkt = lambda body: b"\x03\0" + (len(body) + 7).to_bytes(2, "big") + b"\x02\xf0\x80" + body
    job = lambda parameters, data=b"": b"\x32\x01\0\0\0\x07" + len(parameters).to_bytes(2, "big") + len(data).to_bytes(2, "big") + parameters + data
    item = b"\x12\x0a\x10\x02\xff\xff\0\x01\x84\xff\xff\xff"
    szl = lambda data: b"\x32\x07\0\0\0\x08\0\x0c" + len(data).to_bytes(2, "big") + b"\0\x01\x12\x08\x12\x84\x01\x01\0\0\0\0" + data
    return [(0, tpkt(job(b"\x04\xff" + item * 20))), (0, tpkt(job(b"\x05\x02" + item * 2, b"\0\x04\xff\xff\0"))),
            (1, tpkt(szl(b"\xff\x09\xff\xff\x00\x11\x00\x00\xff\xff\xff\xff" + b"6ES7 315-2EH14-0AB0 "))),
            (1, tpkt(szl(b"\xff\x09\0\x0c\x00\x11\x00\x00\0\0\xff\xff" + b"6ES7"))),
            (0, tpkt(b"\x32\x01" * 100)), (0, b"\x03\0\0\x07\x02\xf0\0" * 60), (0, b"\x03\0\0\x03"), (0, b"\x03\0\xff\xff\x02\xf0\x80\x32"),
            (0, tpkt(job(b"\x28\0\0\0\0\0\0\xfd\xff\xff" + b"\xffP_PROGRAM")))]


def record():
    with Lab("s7comm") as lab:
        plc = lab.host("plc", SIEMENS % 0x11, CONTROLLER)
        hmi = lab.host("hmi", DELL % 0x20, "10.0.4.20")
        station = lab.host("es", HP % 0x21, "10.0.4.21")
        plc.start(server)
        plc.wait_port(102)
        for case in (reads, writes, several, failures):
            with lab.capture(case.__name__):
                hmi.run(client, case, 2)
        for case in (identity, system_lists, stop_start, blocks, clock, password, maintenance, refused_transfer):
            with lab.capture(case.__name__):
                station.run(client, case, 1)
        plc.stop()
        plc.start(loading_server)
        plc.wait_port(102)
        for case in (upload, download):
            with lab.capture(case.__name__):
                station.run(client, case, 1)
        composed(lab.folder)
        mutate.cut_short(lab.folder, "writes", message=3)
        # TPKT length, COTP length, kind, parameter and data length, function, item count, item lengths, data item length.
        fields = [mutate.Field(2, 2), mutate.Field(4), mutate.Field(8), mutate.Field(13, 2), mutate.Field(15, 2), mutate.Field(17),
                  mutate.Field(18), mutate.Field(20), mutate.Field(23, 2), mutate.Field(33, 2)]
        mutate.hostile(lab.folder, "writes", fields, header=17, prelude=4, extras=hostile())


if __name__ == "__main__":
    record()
