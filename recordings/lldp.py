"""LLDP and CDP as a real agent sends them: lldpd on a switch and on a controller. What is cut short and hostile of them, and
frames with the fields of other makers, is composed in names.py."""
import subprocess
import time

from lab import HIRSCHMANN, SIEMENS, Lab


def record():
    subprocess.run(["mkdir", "-p", "/run/lldpd"], check=True)
    for protocol, only, flags in (("lldp", "ether proto 0x88cc", ()), ("cdp", "ether dst 01:00:0c:cc:cc:cc", ("-ccc", "-l"))):
        with Lab(protocol) as lab:
            hosts = []
            for name, mac, address, system, text in (("switch", HIRSCHMANN % 0x02, "10.0.3.2", "rs20-line4", "Hirschmann RS20 - SW: L3P-09.0.12"),
                                                     ("plc", SIEMENS % 0x11, "10.0.3.11", "filler-plc", "Siemens, SIMATIC S7, CPU 1516-3 PN/DP, 6ES7 516-3AN02-0AB0, HW: 5, FW: V2.9.2")):
                host = lab.host(name, mac, address)
                socket = f"/tmp/recordings-{protocol}-{name}.socket"
                host.start("lldpd", "-d", *flags, "-u", socket, "-S", text, "-M", "4", "-I", "eth0")
                hosts.append((host, socket, system))
            time.sleep(1.5)
            for host, socket, system in hosts:
                host.run("lldpcli", "-u", socket, "configure", "system", "hostname", system)
                host.run("lldpcli", "-u", socket, "configure", "lldp", "tx-interval", "1")
            with lab.capture("agents", only=only):
                time.sleep(2.5)
                for host, socket, _ in hosts:
                    host.run("lldpcli", "-u", socket, "show", "neighbors")


if __name__ == "__main__":
    record()
