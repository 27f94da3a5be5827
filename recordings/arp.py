"""ARP as Linux does it: asking before a ping, announcing an address, and two hosts that both answer for one address."""
import time

from lab import DELL, HP, LENOVO, SIEMENS, Lab


def record():
    with Lab("arp") as lab:
        plc = lab.host("plc", SIEMENS % 0x11, "10.0.3.11")
        hmi = lab.host("hmi", DELL % 0x20, "10.0.4.20")
        es = lab.host("es", HP % 0x21, "10.0.4.21")
        with lab.capture("ping", only="arp or icmp"):
            hmi.run("busybox", "ping", "-c", "2", "10.0.3.11")
            es.run("busybox", "arping", "-U", "-c", "2", "-I", "eth0", "10.0.4.21", check=False)
            es.run("busybox", "arping", "-c", "1", "-w", "1", "-I", "eth0", "10.0.3.99", check=False)
        other = lab.host("other", LENOVO % 0x77, "10.0.3.11")
        with lab.capture("two_claim_one_address", only="arp"):
            for asker in (hmi, es):
                asker.run("ip", "neigh", "flush", "all")
                asker.run("busybox", "arping", "-c", "2", "-I", "eth0", "10.0.3.11", check=False)
                time.sleep(0.3)


if __name__ == "__main__":
    record()
