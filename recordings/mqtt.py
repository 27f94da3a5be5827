"""MQTT: mosquitto as broker, paho as clients; Sparkplug B between a device's gateway and a host application."""
import pathlib
import subprocess
import time

import mutate
from lab import BECKHOFF, DELL, HP, LENOVO, Lab, say

BROKER = "10.0.3.30"
FOLDER = pathlib.Path("/tmp/recordings-mqtt")


def client(name, work, user=None, password=None, version=4, topics=(), seconds=0.6, will=None):
    """Connects, subscribes, does its work and notes what it got."""
    import paho.mqtt.client as mqtt
    c = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id=name, protocol=version)
    c.on_connect = lambda c, d, f, reason, p: say(f"{name} connected: {reason}")
    c.on_message = lambda c, d, m: say(f"{name} got {m.topic} qos {m.qos} retain {m.retain} {m.payload[:40]}")
    if user:
        c.username_pw_set(user, password)
    if will:
        c.will_set(*will)
    c.connect(BROKER, 1883, keepalive=30)
    c.loop_start()
    time.sleep(0.3)
    for topic, qos in topics:
        c.subscribe(topic, qos)
    time.sleep(0.2)
    work(c)
    time.sleep(seconds)
    c.disconnect()
    c.loop_stop()


def values(c):
    c.publish("line4/filler/speed", "1450", qos=0)
    c.publish("line4/filler/level", "72.5", qos=1, retain=True)
    c.publish("line4/filler/recipe", "Apple 0.7", qos=2)


def nothing(c):
    pass


def varint(number):
    out = b""
    while number > 127:
        out, number = out + bytes([number & 127 | 128]), number >> 7
    return out + bytes([number])


def sparkplug(metrics, sequence):
    """A payload of Sparkplug B: time, metrics with name, type and value, sequence (protobuf, written by hand)."""
    field = lambda number, data: bytes([number << 3 | 2]) + varint(len(data)) + data
    number = lambda n, value: varint(n << 3) + varint(value)
    out = number(1, 1_767_600_000_000)
    for name, value in metrics:
        if isinstance(value, bool):
            kind, body = 11, varint(14 << 3) + bytes([value])
        elif isinstance(value, int):
            kind, body = 3, number(10, value)
        else:
            kind, body = 12, varint(15 << 3 | 2) + varint(len(value)) + value.encode()
        out += field(2, field(1, name.encode()) + number(4, kind) + body)
    return out + number(3, sequence)


def edge(c):
    c.publish("spBv1.0/Bottling/NBIRTH/Line4", sparkplug([("bdSeq", 0), ("Node Control/Rebirth", False), ("Properties/Hardware Make", "Beckhoff"), ("Properties/Hardware Model", "CX5130"), ("Properties/FW", "4.24.11"), ("Speed", 1450)], 0))
    c.publish("spBv1.0/Bottling/DBIRTH/Line4/Filler", sparkplug([("Properties/Serial", "4711"), ("Level", 72)], 1))
    time.sleep(0.2)
    c.publish("spBv1.0/Bottling/DDATA/Line4/Filler", sparkplug([("Level", 71)], 2))
    time.sleep(1.5)


def host(c):
    c.publish("spBv1.0/Bottling/NCMD/Line4", sparkplug([("Node Control/Rebirth", True)], 0))
    c.publish("spBv1.0/Bottling/DCMD/Line4/Filler", sparkplug([("Level", 90)], 0))
    c.publish("spBv1.0/Bottling/NCMD/Line4", sparkplug([("Node Control/Reboot", True)], 0))


def hostile():
    long_name = b"\x10\xff\xff\xff\x7f\0\x04MQTT\x04\xc2\0\x3c\xff\xff" + b"A" * 40
    five = b"\x10\xff\xff\xff\xff\x7f\0\x04MQTT"
    return [(0, long_name), (0, five), (0, b"\x30\x05\xff\xffabc"), (0, b"\x82\x06\0\1\xff\xffab"), (0, b"\x30\x80\x80\x80\x80\x80"), (0, b"\x00\x00" * 60), (0, b"\xf0\xff\x01" + bytes(255)),
            (0, b"\x30\x18\0\x10spBv1.0/g/NCMD/n" + b"\x12\xff\xff\xff\x7f\x0a"), (0, b"\x10\x14\0\x04MQTT\x05\xc2\0\x3c\xff\xff\xff\x7f\0\1a")]


def record():
    FOLDER.mkdir(exist_ok=True)
    passwords = FOLDER / "passwords"
    passwords.unlink(missing_ok=True)
    subprocess.run(["mosquitto_passwd", "-b", "-c", passwords, "gateway", "bottle-7"], check=True)
    passwords.chmod(0o644)
    (FOLDER / "open.conf").write_text("listener 1883\nallow_anonymous true\n")
    (FOLDER / "users.conf").write_text(f"listener 1883\nallow_anonymous false\npassword_file {passwords}\n")
    with Lab("mqtt") as lab:
        broker = lab.host("broker", LENOVO % 0x30, BROKER)
        gateway = lab.host("gateway", BECKHOFF % 0x11, "10.0.3.11")
        scada = lab.host("scada", DELL % 0x20, "10.0.4.20")
        es = lab.host("es", HP % 0x21, "10.0.4.21")
        broker.start("mosquitto", "-c", FOLDER / "open.conf")
        broker.wait_port(1883)
        with lab.capture("values"):
            gateway.run(client, "filler-gw", values, None, None, 4, [("line4/cmd/#", 1)], 0.6, ("line4/filler/state", "gone", 1, True))
            scada.run(client, "scada-1", nothing, None, None, 4, [("line4/#", 1)])
        with lab.capture("version_5"):
            gateway.run(client, "filler-gw", values, None, None, 5)
        with lab.capture("version_31"):
            gateway.run(client, "filler-gw", values, None, None, 3)
        with lab.capture("sparkplug"):
            gateway.start(client, "edge-line4", edge, None, None, 4, [("spBv1.0/Bottling/NCMD/Line4", 1), ("spBv1.0/Bottling/DCMD/Line4/+", 1)])
            time.sleep(0.8)
            scada.run(client, "host-app", host, None, None, 4, [("spBv1.0/Bottling/#", 0)], 1.0)
            time.sleep(1)
        broker.stop()
        broker.start("mosquitto", "-c", FOLDER / "users.conf")
        broker.wait_port(1883)
        with lab.capture("password"):
            gateway.run(client, "filler-gw", values, "gateway", "bottle-7")
        with lab.capture("refused"):
            es.run(client, "someone", nothing, "gateway", "guess")
        mutate.cut_short(lab.folder, "password", message=2)
        fields = [mutate.Field(0), mutate.Field(1), mutate.Field(2, 2), mutate.Field(9), mutate.Field(12, 2), mutate.Field(4, 2)]
        mutate.hostile(lab.folder, "password", fields, header=2, prelude=2, extras=hostile())


if __name__ == "__main__":
    record()
