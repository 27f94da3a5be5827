"""Asks the kernel: loads each rule set of a folder into this network namespace, sends packets, tells which came through.

usage: unshare -n python3 probe.py FOLDER

FOLDER/setup holds lines `NAME HARDWARE_ADDRESS ADDRESS...`, one for each interface, made here as tap devices.
Every rule set is a file FOLDER/NAME.nft, FOLDER/NAME.iptables or FOLDER/NAME.ip6tables beside FOLDER/NAME.packets, whose
lines are `STEP INTERFACE HEX`. STEP is `open` for a packet that is sent before the rules are loaded, so that its
conversation is known, or `ask`. INTERFACE is where the packet comes in (HEX is a frame then) or `LOCAL` for one that is
made here (HEX is an IP packet). Packets carry their number as the identification of IPv4 or the flow label of IPv6, and
177 as time to live: by these they are known again.

Written are FOLDER/NAME.answers, lines `out NUMBER` and `in NUMBER` of the packets that are about to leave and that were
handed to the machine itself, FOLDER/NAME.error if the rules were refused, and FOLDER/NAME.listed, NAME.json: the rules as
the kernel lists them.
"""
import fcntl
import json
import os
import pathlib
import socket
import struct
import subprocess
import sys
import time

TUNSETIFF = 0x400454CA
IFF_TAP, IFF_NO_PI = 0x0002, 0x1000
PROBE = """
table inet probe {
  set out4 { typeof ip id; flags dynamic; size 65535; }
  set in4 { typeof ip id; flags dynamic; size 65535; }
  set out6 { typeof ip6 flowlabel; flags dynamic; size 65535; }
  set in6 { typeof ip6 flowlabel; flags dynamic; size 65535; }
  chain tracked { type filter hook prerouting priority -500; ct state new counter; }
  chain out {
    type filter hook postrouting priority 5000
    ip ttl 176-177 add @out4 { ip id }
    ip6 hoplimit 176-177 add @out6 { ip6 flowlabel }
  }
  chain in {
    type filter hook input priority 5000
    ip ttl 177 add @in4 { ip id }
    ip6 hoplimit 177 add @in6 { ip6 flowlabel }
  }
}
"""


def run(*words, text=None):
    return subprocess.run(words, input=text, capture_output=True, text=True)


def must(*words, text=None):
    done = run(*words, text=text)
    if done.returncode:
        sys.exit(f"{' '.join(words)}: {done.stderr}")
    return done.stdout


def set_up(folder):
    for name, value in {
        "ipv4/ip_forward": 1, "ipv4/conf/all/rp_filter": 0, "ipv4/conf/default/rp_filter": 0,
        "ipv6/conf/all/forwarding": 1, "ipv6/conf/default/accept_dad": 0, "ipv6/conf/default/router_solicitations": 0,
    }.items():
        path = pathlib.Path("/proc/sys/net") / name
        if path.exists():
            path.write_text(str(value))
    must("ip", "link", "set", "lo", "up")
    taps = {}
    for line in (folder / "setup").read_text().splitlines():
        name, hardware, *addresses = line.split()
        tap = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(tap, TUNSETIFF, struct.pack("16sH", name.encode(), IFF_TAP | IFF_NO_PI))
        # Without ARP nobody needs to answer for the hosts behind it.
        must("ip", "link", "set", name, "address", hardware, "arp", "off", "up")
        for address in addresses:
            must("ip", "address", "add", address, "dev", name, *(["nodad"] if ":" in address else []))
        taps[name] = tap
    return taps


def forget_conversations():
    """Empties the table of conversations (IPCTNL_MSG_CT_DELETE of nfnetlink_conntrack.h)."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12) as netlink:
        flags = 1 | 4  # NLM_F_REQUEST, NLM_F_ACK
        netlink.send(struct.pack("=IHHIIBBH", 20, (1 << 8) | 2, flags, 1, 0, 0, 0, 0))
        netlink.recv(4096)


def send(taps, made_here, interface, data):
    if interface != "LOCAL":
        os.write(taps[interface], data)
        return
    family = data[0] >> 4
    try:
        if family == 4:
            made_here[4].sendto(data, (socket.inet_ntop(socket.AF_INET, data[16:20]), 0))
        else:
            made_here[6].sendto(data, (socket.inet_ntop(socket.AF_INET6, data[24:40]), 0))
    except OSError:
        pass  # the rules refused it


def drain(taps):
    for tap in taps.values():
        try:
            while os.read(tap, 65536):
                pass
        except BlockingIOError:
            pass


def seen():
    found = []
    for entry in json.loads(must("nft", "-j", "list", "table", "inet", "probe"))["nftables"]:
        for element in entry.get("set", {}).get("elem", []):
            value = element["elem"]["val"] if isinstance(element, dict) else element
            found.append(f"{entry['set']['name'][:-1]} {value}")
    names = ("out4", "in4", "out6", "in6")
    must("nft", "-f", "-", text="".join(f"flush set inet probe {name}\n" for name in names))
    return found


def load(rules):
    """Loads a rule set in place of the last one; the probe stays."""
    tables = json.loads(must("nft", "-j", "list", "tables"))["nftables"]
    gone = [entry["table"] for entry in tables if "table" in entry and entry["table"]["name"] != "probe"]
    must("nft", "-f", "-", text="".join(f"delete table {t['family']} {t['name']}\n" for t in gone))
    if rules is None:
        return ""
    kind = rules.suffix
    words = {".nft": ("nft", "-f", "-"), ".iptables": ("iptables-nft-restore",), ".ip6tables": ("ip6tables-nft-restore",)}
    return run(*words[kind], text=rules.read_text()).stderr


def listed(rules):
    if rules.suffix != ".nft":
        save = {".iptables": "iptables-nft-save", ".ip6tables": "ip6tables-nft-save"}[rules.suffix]
        rules.with_suffix(".listed").write_text(must(save))
        return
    text, document = "", []
    for entry in json.loads(must("nft", "-j", "list", "tables"))["nftables"]:
        if "table" in entry and entry["table"]["name"] != "probe":
            table = (entry["table"]["family"], entry["table"]["name"])
            text += must("nft", "list", "table", *table)
            document += json.loads(must("nft", "-j", "list", "table", *table))["nftables"]
    rules.with_suffix(".listed").write_text(text)
    rules.with_suffix(".json").write_text(json.dumps({"nftables": document}))


def main():
    folder = pathlib.Path(sys.argv[1])
    taps = set_up(folder)
    made_here = {
        4: socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW),
        6: socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW),
    }
    must("nft", "-f", "-", text=PROBE)
    for packets in sorted(folder.glob("*.packets")):
        rules = next(p for s in (".nft", ".iptables", ".ip6tables") if (p := packets.with_suffix(s)).exists())
        steps = [line.split() for line in packets.read_text().splitlines()]
        load(None)
        forget_conversations()
        for step, interface, data in steps:
            if step == "open":
                send(taps, made_here, interface, bytes.fromhex(data))
        seen()
        error = load(rules)
        if error:
            packets.with_suffix(".error").write_text(error)
            continue
        for step, interface, data in steps:
            if step == "ask":
                send(taps, made_here, interface, bytes.fromhex(data))
                drain(taps)
        time.sleep(0.005)
        packets.with_suffix(".answers").write_text("\n".join(seen()))
        listed(rules)


main()
