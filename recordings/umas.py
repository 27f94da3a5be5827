"""UMAS, Schneider Electric's programming protocol inside Modbus function 90, composed byte by byte: its maker publishes
nothing and no stack of the registries speaks it. Codes follow public reverse engineering. Nothing runs here."""
import struct

from lab import HP, SCHNEIDER
from names import Case, end

FUNCTION, DONE, REFUSED = 0x5A, 0xFE, 0xFD
KEY = 0x7C


def record():
    said, case = [], Case("modbus", "umas")

    def call(code, ask=b"", answer=b"", key=0, status=DONE):
        number = len(said) // 2 + 1
        for side, unit in ((0, bytes([FUNCTION, key, code]) + ask), (1, bytes([FUNCTION, key, status]) + answer)):
            said.append((side, struct.pack("!HHHB", number, 0, 1 + len(unit), 0) + unit))

    call(0x01, b"\0", b"\xfd\x03" + bytes(16))
    # Versions and ids of fixed length, then the name of the CPU with its length.
    call(0x02, b"", bytes.fromhex("0001300c000070020020") + bytes(12) + bytes([12]) + b"BMX P34 2020" + b"\1\1")
    name = b"ES-1"
    call(0x10, struct.pack("<I", 0x9A4C) + bytes([len(name)]) + name, bytes([KEY]))
    call(0x41, b"\xff\0", b"", KEY)
    call(0x20, b"\1" + struct.pack("<HIHH", 0x13, 0, 0, 64), b"\1" + struct.pack("<H", 64) + bytes(64), KEY)
    call(0x30, b"\0\1", b"", KEY)
    call(0x31, b"\0\1" + struct.pack("<HH", 1, 32) + bytes(32), b"", KEY)
    call(0x32, b"\0\1\0\0", b"", KEY)
    call(0x33, b"\0\1\xfb\3", b"\xfb\3", KEY)
    call(0x34, b"\0\1" + struct.pack("<H", 1), b"\1\0" + struct.pack("<H", 32) + bytes(32), KEY)
    call(0x35, b"\0\1", b"", KEY)
    call(0x40, b"\xff\0", b"", KEY)
    call(0x11, b"", b"", KEY)
    # Without the reservation the controller refuses.
    call(0x41, b"\xff\0", b"\x83\0", 0, REFUSED)
    case.session(end(HP % 0x21, "10.0.4.21", 49301), end(SCHNEIDER % 0x11, "10.0.3.11", 502), *said)
    case.write()


if __name__ == "__main__":
    record()
