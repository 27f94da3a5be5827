"""Modbus/TCP: pymodbus as server and client. A Schneider-like controller, an HMI and an engineering station."""
import asyncio
import logging

import mutate
from lab import DELL, HP, SCHNEIDER, Lab, say

CONTROLLER = "10.0.3.11"


def server(private=()):
    """A controller that answers for itself (255) and for two serial slaves behind it (1, 17)."""
    from pymodbus import ModbusDeviceIdentification
    from pymodbus.datastore import ModbusDeviceContext, ModbusSequentialDataBlock, ModbusServerContext
    from pymodbus.server import StartAsyncTcpServer
    logging.disable(logging.CRITICAL)

    def unit():
        block = lambda value: ModbusSequentialDataBlock(1, [value] * 400)
        return ModbusDeviceContext(di=block(1), co=block(0), hr=block(17), ir=block(230))

    identity = ModbusDeviceIdentification(info_name={
        "VendorName": "Schneider Electric", "ProductCode": "BMX P34 2020", "MajorMinorRevision": "v2.6",
        "VendorUrl": "http://www.schneider-electric.com", "ProductName": "Modicon M340", "ModelName": "BMXP342020",
        "UserApplicationName": "Filler 1"})
    for number, text in private:
        identity[number] = text
    context = ModbusServerContext(devices={1: unit(), 17: unit(), 255: unit()}, single=False)
    asyncio.run(StartAsyncTcpServer(context=context, identity=identity, address=("0.0.0.0", 502)))


def client(work):
    """Runs one client's calls over one connection and notes each of them."""
    from pymodbus.client import ModbusTcpClient
    logging.disable(logging.CRITICAL)

    class Noting:
        def __init__(self, inner):
            self.inner = inner

        def __getattr__(self, name):
            def call(*a, **k):
                said = ", ".join([*map(repr, a), *(f"{n}={v!r}" for n, v in k.items())])
                try:
                    answer = getattr(self.inner, name)(*a, **k)
                except Exception as problem:
                    say(f"{name}({said}) -> {type(problem).__name__}")
                    return None
                if answer is None:
                    text = "not answered"
                elif answer.isError():
                    text = f"exception {answer.exception_code}"
                else:
                    text = "ok " + str({n: v for n, v in vars(answer).items()
                            if v and n in ("registers", "bits", "information", "identifier", "records", "message", "count", "events")})
                say(f"{name}({said}) -> {text[:160]}")
                return answer
            return call

    inner = ModbusTcpClient(CONTROLLER, port=502, timeout=2, retries=0)
    assert inner.connect()
    work(Noting(inner), inner)
    inner.close()


def reads(c, _):
    c.read_coils(0, count=10, device_id=255)
    c.read_discrete_inputs(8, count=4, device_id=255)
    c.read_holding_registers(100, count=10, device_id=255)
    c.read_input_registers(20, count=2, device_id=255)
    c.read_holding_registers(0, count=125, device_id=255)


def writes(c, _):
    c.write_coil(5, True, device_id=255)
    c.write_register(100, 1450, device_id=255)
    c.write_coils(16, [True, False, True], device_id=255)
    c.write_registers(100, list(range(10)), device_id=255)
    c.mask_write_register(address=4, and_mask=0xF2, or_mask=0x25, device_id=255)
    c.readwrite_registers(read_address=0, read_count=4, write_address=200, values=[7, 8], device_id=255)


def serial_slaves(c, _):
    for unit in (1, 17, 1, 17):
        c.read_holding_registers(0, count=6, device_id=unit)
    c.write_register(40, 3, device_id=17)


def identity(c, _):
    for code in (1, 2, 3):
        c.read_device_information(read_code=code, object_id=0, device_id=255)
    c.read_device_information(read_code=4, object_id=5, device_id=255)
    c.report_device_id(device_id=255)


def identity_in_parts(c, _):
    answer = c.read_device_information(read_code=3, object_id=0, device_id=255)
    while answer.more_follows:
        answer = c.read_device_information(read_code=3, object_id=answer.next_object_id, device_id=255)


def exceptions(c, _):
    c.read_holding_registers(5000, count=2, device_id=255)
    c.write_register(5000, 1, device_id=255)
    c.read_coils(9000, count=2, device_id=255)
    c.read_holding_registers(0, count=2, device_id=255)


def diagnostics(c, _):
    c.diag_query_data(b"\x12\x34", device_id=255)
    c.diag_read_diagnostic_register(device_id=255)
    c.diag_clear_counters(device_id=255)
    c.diag_read_bus_message_count(device_id=255)
    c.diag_restart_communication(True, device_id=255)
    c.diag_get_comm_event_counter(device_id=255)
    c.diag_get_comm_event_log(device_id=255)
    c.read_exception_status(device_id=255)


def listen_only(c, _):
    """8/4: the device falls silent. A station uses it to take a device off the bus without touching it."""
    c.diag_force_listen_only(device_id=255)
    c.read_holding_registers(0, count=2, device_id=255)


def files(c, _):
    from pymodbus.pdu.file_message import FileRecord
    c.read_file_record([FileRecord(file_number=4, record_number=1, record_length=2)], device_id=255)
    c.write_file_record([FileRecord(file_number=4, record_number=7, record_data=b"\x06\xaf\x04\xbe\x10\x0d")], device_id=255)
    c.read_fifo_queue(address=0, device_id=255)


def raw(*chunks):
    """Sends bytes as they stand and notes what came back: for what a well-behaved client never sends."""
    import socket
    import time
    with socket.create_connection((CONTROLLER, 502), timeout=1) as s:
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for chunk in chunks:
            s.sendall(bytes.fromhex(chunk))
            time.sleep(0.15)
            try:
                say(f"sent {chunk} -> {s.recv(2000).hex(' ')}")
            except TimeoutError:
                say(f"sent {chunk} -> no answer")


def illegal_functions():
    """Function codes that are reserved, private or zero, then an ordinary read."""
    raw("0001 0000 0002 ff 41", "0002 0000 0004 ff 64 0001", "0003 0000 0002 ff 00", "0004 0000 0006 ff 03 0000 0002")


def pipelined():
    """Three requests in one segment, one request over three segments, one header cut in the middle."""
    raw("0001 0000 0006 ff 03 0000 0002  0002 0000 0006 ff 04 0000 0003  0003 0000 0006 ff 05 0007 ff00",
        "0004 0000 0006", "ff 03 00", "0a 0001", "0005 00", "00 0006 ff 01 0000 0008")


def transaction_zero():
    """A client that never counts its transactions: answers can only be told apart by their order."""
    raw(*["0000 0000 0006 ff 03 0000 0002", "0000 0000 0006 ff 04 0000 0002", "0000 0000 0006 ff 06 0001 0063"] * 2)


def hostile():
    """Identities and file records that claim more than they hold, and a UMAS wrapper inside a wrapper."""
    wrap = lambda body: b"\0\x09\0\0" + len(body).to_bytes(2, "big") + body
    many = b"\xff\x2b\x0e\x03\x83\xff\x00\xff" + b"".join(bytes([n, 200]) + b"A" for n in range(20))
    looping = b"\xff\x2b\x0e\x01\x01\xff\x00\x01\x00\x02AB"
    umas = b"\x5a\x00" + b"\x38\x01" * 40
    return [(1, wrap(many)), (1, wrap(looping)), (0, wrap(b"\xff" + umas)), (0, wrap(b"\xff\x14\xff" + b"\x06\xff" * 60)),
            (0, wrap(b"\xff\x10\x00\x00\xff\xff\xff")), (0, b"\0\x09\0\0\xff\xff\xff" + b"\x10" * 900)]


def record():
    with Lab("modbus") as lab:
        plc = lab.host("plc", SCHNEIDER % 0x11, CONTROLLER)
        hmi = lab.host("hmi", DELL % 0x20, "10.0.4.20")
        station = lab.host("es", HP % 0x21, "10.0.4.21")
        plc.start(server)
        plc.wait_port(502)
        for case, host in ((reads, hmi), (writes, hmi), (serial_slaves, hmi), (identity, station), (exceptions, station),
                           (diagnostics, station), (files, station)):
            with lab.capture(case.__name__):
                host.run(client, case)
        with lab.capture("two_clients"):
            hmi.run(client, reads)
            station.run(client, writes)
        for case in (illegal_functions, pipelined, transaction_zero):
            with lab.capture(case.__name__):
                hmi.run(case)
        with lab.capture("listen_only"):
            station.run(client, listen_only)
        plc.stop()
        # Identity of more than one answer's size: the server says "more follows".
        plc.start(server, [(0x80 + n, f"line {n} " + "x" * 90) for n in range(4)])
        plc.wait_port(502)
        with lab.capture("identity_in_parts"):
            station.run(client, identity_in_parts)
        mutate.cut_short(lab.folder, "writes")
        # MBAP length, protocol id, function, byte counts and quantities.
        fields = [mutate.Field(4, 2), mutate.Field(2, 2), mutate.Field(7), mutate.Field(8), mutate.Field(10, 2), mutate.Field(12)]
        mutate.hostile(lab.folder, "writes", fields, header=8, extras=hostile())


if __name__ == "__main__":
    record()
